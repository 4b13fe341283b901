#include "daemon/worker/text/text_model.hpp"

#include <utility>

#include "daemon/worker/text/utf8.hpp"

namespace samovar::worker::text {
namespace {

// The daemon has read model.toml; this holds whatever it sends within what the code below relies
// on.
Result<void> check_text_spec(const ipc::TextSpec& spec) {
    const auto wrong = [](const std::string& what) {
        return Error{Errc::invalid_argument, "the load request is not valid: " + what, "", 0, 0};
    };
    if (spec.max_length < Tokenizer::kShortest || spec.max_length > kMaxTextTokens)
        return wrong("max_length");
    if (spec.inputs.empty() || spec.inputs.size() > ipc::kMaxTextTensors)
        return wrong("the network's inputs");
    if (spec.columns == 0 || spec.columns > kMaxEmbeddingDims) return wrong("columns");
    return {};
}

Result<Tokenizer> load_vocabulary(const ipc::TextSpec& spec) {
    if (spec.vocabulary == ipc::Vocabulary::sentencepiece)
        return load_sentence_piece(spec.file, spec.compose ? SpmRules::nfc : SpmRules::of_model);
    return load_word_piece(spec.file, {spec.lower_case, spec.strip_accents, spec.space_chinese});
}

}  // namespace

Result<TextModel> TextModel::load(ipc::TextSpec spec) {
    if (Result<void> fine = check_text_spec(spec); !fine) return std::move(fine).error();
    Result<Tokenizer> tokenizer = load_vocabulary(spec);
    if (!tokenizer) return std::move(tokenizer).error();
    // An id beyond the network's table would stop a GPU for every model on it.
    if (spec.vocabulary_size > 0 && tokenizer->vocabulary_size() > spec.vocabulary_size)
        return Error{Errc::bad_model,
                     spec.label + " has " + std::to_string(tokenizer->vocabulary_size()) +
                         " pieces, and the network knows " + std::to_string(spec.vocabulary_size),
                     "vocabulary and network must be of one training", 0, 0};
    return TextModel(std::move(spec), *std::move(tokenizer));
}

EncodedTexts TextModel::encode(const JobTexts& texts) const {
    EncodedTexts encoded;
    encoded.ids.reserve(texts.size());
    encoded.lengths.reserve(texts.size());
    for (std::size_t i = 0; i < texts.size(); ++i) {
        Tokens tokens = tokenizer_.encode(texts[i], spec_.max_length);
        encoded.words += count_words(texts[i]);
        encoded.tokens += tokens.ids.size();
        encoded.truncated += tokens.cut > 0 ? 1 : 0;
        encoded.lengths.push_back(static_cast<std::uint32_t>(tokens.ids.size()));
        encoded.ids.push_back(std::move(tokens.ids));
    }
    return encoded;
}

}  // namespace samovar::worker::text
