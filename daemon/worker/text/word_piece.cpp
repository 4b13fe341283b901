// BERT's WordPiece: each word is cut from its front into the longest pieces there are.

#include <array>
#include <utility>

#include "daemon/worker/text/piece_trie.hpp"
#include "daemon/worker/text/tokenizer.hpp"
#include "daemon/worker/text/utf8.hpp"
#include "daemon/worker/text/vocabulary_file.hpp"

namespace samovar::worker::text {
namespace {

// A longer word is [UNK] as a whole. In code points, after normalising.
constexpr std::size_t kMostOfAWord = 100;
// How pieces that do not begin a word are written.
constexpr std::string_view kInside = "##";

class WordPiece final : public Pieces {
  public:
    WordPiece(std::vector<Piece> pieces, std::int32_t unknown, const BertRules& rules)
        : pieces_(std::move(pieces)),
          inside_(pieces_.walk(kInside)),
          unknown_(unknown),
          rules_(rules) {}

    void append(std::string_view text, std::vector<std::int32_t>& ids) const override {
        std::string bytes;
        each_bert_word(bert_normalised(text, rules_), [&](std::u32string_view word) {
            if (word.size() > kMostOfAWord) {
                ids.push_back(unknown_);
                return;
            }
            bytes.clear();
            for (const char32_t c : word)
                append_utf8(c, bytes);
            append_word(bytes, ids);
        });
    }

  private:
    void append_word(std::string_view word, std::vector<std::int32_t>& ids) const {
        const std::size_t before = ids.size();
        PieceTrie::Node start = PieceTrie::kRoot;
        while (!word.empty()) {
            std::int32_t longest = PieceTrie::kNoPiece;
            std::size_t bytes = 0;
            PieceTrie::Node node = start;
            for (std::size_t at = 0; at < word.size() && node != PieceTrie::kNone; ++at) {
                node = pieces_.child(node, word[at]);
                if (node == PieceTrie::kNone || pieces_.id(node) == PieceTrie::kNoPiece) continue;
                longest = pieces_.id(node);
                bytes = at + 1;
            }
            if (longest == PieceTrie::kNoPiece) {
                ids.resize(before);
                ids.push_back(unknown_);
                return;
            }
            ids.push_back(longest);
            word.remove_prefix(bytes);
            start = inside_;
        }
    }

    PieceTrie pieces_;
    PieceTrie::Node inside_;
    std::int32_t unknown_;
    BertRules rules_;
};

}  // namespace

Result<Tokenizer> read_word_piece(std::string_view content, const std::string& name,
                                  const BertRules& rules) {
    Result<std::vector<Piece>> pieces = pieces_of_lines(content, name);
    if (!pieces) return std::move(pieces).error();

    static constexpr std::array<std::string_view, 5> kSpecials{"[UNK]", "[CLS]", "[SEP]", "[PAD]",
                                                               "[MASK]"};
    std::array<std::int32_t, kSpecials.size()> ids{};
    std::vector<SpecialToken> specials;
    const PieceTrie known(*pieces);
    for (std::size_t i = 0; i < kSpecials.size(); ++i) {
        ids[i] = known.find(kSpecials[i]);
        if (ids[i] != PieceTrie::kNoPiece)
            specials.push_back({std::string(kSpecials[i]), ids[i]});
        else if (kSpecials[i] != "[MASK]")
            return bad_vocabulary(name, "has no line " + std::string(kSpecials[i]));
    }
    const std::size_t size = pieces->size();
    return Tokenizer(std::make_unique<WordPiece>(std::move(*pieces), ids[0], rules),
                     SpecialTokens(std::move(specials)), {ids[1], ids[2], ids[3]}, size);
}

Result<Tokenizer> load_word_piece(const std::string& path, const BertRules& rules) {
    const Result<std::string> content = read_vocabulary(path);
    if (!content) return content.error();
    return read_word_piece(*content, path, rules);
}

}  // namespace samovar::worker::text
