// DeBERTa's tokens: SentencePiece's unigram model, as the reference's fast tokenizer runs it.

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "daemon/worker/text/charsmap.hpp"
#include "daemon/worker/text/spm_file.hpp"
#include "daemon/worker/text/spm_text.hpp"
#include "daemon/worker/text/tokenizer.hpp"
#include "daemon/worker/text/unigram.hpp"
#include "daemon/worker/text/vocabulary_file.hpp"

namespace samovar::worker::text {
namespace {

constexpr std::string_view kUnknown = "[UNK]";

class SentencePiece final : public Pieces {
  public:
    // `charsmap`: the model's rules, or nothing where composition takes their place. `late`:
    // special tokens that are looked for behind the rules.
    SentencePiece(Unigram unigram, std::optional<Charsmap> charsmap, SpecialTokens late)
        : unigram_(std::move(unigram)), charsmap_(std::move(charsmap)), late_(std::move(late)) {}

    void append(std::string_view text, std::vector<std::int32_t>& ids) const override {
        const std::string normalised =
            charsmap_ ? normalised_by_model(*charsmap_, text) : normalised_by_nfc(text);
        const std::string_view all = normalised;
        Unigram::Steps steps;
        for (std::size_t at = 0; at < all.size();) {
            const auto special = late_.next(all, at);
            const std::size_t end = special ? special->at : all.size();
            if (end > at) append_words(with_marked_spaces(all.substr(at, end - at)), ids, steps);
            if (!special) break;
            ids.push_back(special->id);
            at = special->at + special->bytes;
        }
    }

  private:
    // Each word begins with its mark.
    void append_words(std::string_view marked, std::vector<std::int32_t>& ids,
                      Unigram::Steps& steps) const {
        while (!marked.empty()) {
            const std::string_view word =
                marked.substr(0, marked.find(kMarkedSpace, kMarkedSpace.size()));
            unigram_.append(word, ids, steps);
            marked.remove_prefix(word.size());
        }
    }

    Unigram unigram_;
    std::optional<Charsmap> charsmap_;
    SpecialTokens late_;
};

// The ids of [CLS], [SEP] and [PAD], or which of them there is none of.
Result<FrameIds> frame_of(const std::vector<SpmPiece>& pieces, const std::string& name) {
    static constexpr std::array<std::string_view, 3> kNames{"[CLS]", "[SEP]", "[PAD]"};
    std::array<std::int32_t, 3> ids{-1, -1, -1};
    for (std::size_t id = 0; id < pieces.size(); ++id)
        for (std::size_t i = 0; i < kNames.size(); ++i)
            if (pieces[id].text == kNames[i]) ids[i] = static_cast<std::int32_t>(id);
    for (std::size_t i = 0; i < kNames.size(); ++i)
        if (ids[i] < 0) return bad_vocabulary(name, "has no piece " + std::string(kNames[i]));
    return FrameIds{ids[0], ids[1], ids[2]};
}

// What is found in the text before anything else is done to it.
std::vector<SpecialToken> special_tokens(const std::vector<SpmPiece>& pieces) {
    std::vector<SpecialToken> specials;
    bool mask = false;
    for (std::size_t id = 0; id < pieces.size(); ++id) {
        const SpmPiece& piece = pieces[id];
        const bool framing = piece.text == "[CLS]" || piece.text == "[SEP]" ||
                             piece.text == "[PAD]" || piece.text == "[MASK]";
        mask = mask || piece.text == "[MASK]";
        if (framing || piece.kind == SpmKind::control || piece.kind == SpmKind::user_defined)
            specials.push_back({piece.text, static_cast<std::int32_t>(id)});
    }
    if (!mask) specials.push_back({"[MASK]", static_cast<std::int32_t>(pieces.size())});
    return specials;
}

}  // namespace

Result<Tokenizer> read_sentence_piece(std::string_view content, const std::string& name,
                                      SpmRules rules) {
    Result<SpmFile> file = parse_spm(content, name);
    if (!file) return std::move(file).error();
    const std::string& unknown = file->pieces[static_cast<std::size_t>(file->unknown)].text;
    if (unknown != kUnknown)
        return bad_vocabulary(name, "has '" + unknown + "' for what it does not know, and not " +
                                        std::string(kUnknown));
    const Result<FrameIds> frame = frame_of(file->pieces, name);
    if (!frame) return frame.error();
    Result<Charsmap> charsmap = Charsmap::parse(file->charsmap, name);
    if (!charsmap) return std::move(charsmap).error();

    std::vector<SpecialToken> specials = special_tokens(file->pieces);
    const std::size_t size =
        std::max(file->pieces.size(), static_cast<std::size_t>(specials.back().id) + 1);
    // The reference looks for [UNK] behind the model's rules, but before composition.
    std::vector<SpecialToken> late{{std::string(kUnknown), file->unknown}};
    if (rules == SpmRules::nfc) specials.push_back(std::exchange(late, {}).front());

    std::vector<Piece> pieces;
    std::vector<float> scores;
    for (SpmPiece& piece : file->pieces) {
        scores.push_back(piece.score);
        pieces.push_back({std::move(piece.text), static_cast<std::int32_t>(pieces.size())});
    }
    std::optional<Charsmap> applied;
    if (rules == SpmRules::of_model) applied = std::move(*charsmap);
    return Tokenizer(std::make_unique<SentencePiece>(
                         Unigram(std::move(pieces), std::move(scores), file->unknown),
                         std::move(applied), SpecialTokens(std::move(late))),
                     SpecialTokens(std::move(specials)), *frame, size);
}

Result<Tokenizer> load_sentence_piece(const std::string& path, SpmRules rules) {
    const Result<std::string> content = read_vocabulary(path);
    if (!content) return content.error();
    return read_sentence_piece(*content, path, rules);
}

}  // namespace samovar::worker::text
