#include "daemon/worker/text/text_model.hpp"

#include <gmock/gmock.h>

#include <samovar/limits.hpp>

namespace samovar::worker::text {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

ipc::TextSpec spec() {
    ipc::TextSpec text;
    text.file = SAMOVAR_TEST_DATA "/tokenizers/vocab.txt";
    text.label = "vocab.txt";
    text.inputs = {{ipc::TextTensor::input_ids}};
    text.max_length = 6;
    text.columns = 2;
    return text;
}

JobTexts texts(const std::string& bytes, const std::vector<std::int64_t>& ends) {
    return JobTexts::take(std::as_bytes(std::span(bytes)), std::as_bytes(std::span(ends))).value();
}

Error error_of(const ipc::TextSpec& text) {
    const Result<TextModel> model = TextModel::load(text);
    return model ? Error() : model.error();
}

TEST(TextModel, counts_words_tokens_and_what_was_cut) {
    const TextModel model = TextModel::load(spec()).value();
    const EncodedTexts encoded = model.encode(texts("a e se s n t u o i", {1, 4, 18}));
    EXPECT_THAT(encoded.lengths, ElementsAre(3, 3, 6));
    EXPECT_EQ(encoded.ids.size(), 3U);
    EXPECT_EQ(encoded.tokens, 12U);
    EXPECT_EQ(encoded.truncated, 1U);
    EXPECT_EQ(encoded.words, 9U);
}

TEST(TextModel, of_sentence_piece_reads_its_file) {
    ipc::TextSpec text = spec();
    text.vocabulary = ipc::Vocabulary::sentencepiece;
    text.file = SAMOVAR_TEST_DATA "/tokenizers/spm.model";
    const EncodedTexts encoded = TextModel::load(text).value().encode(texts("ab", {2}));
    EXPECT_GE(encoded.tokens, 3U);
}

TEST(TextModel, is_refused_where_its_vocabulary_is_larger_than_the_networks) {
    ipc::TextSpec text = spec();
    text.vocabulary_size = 3005;
    EXPECT_EQ(error_of(text).code, Errc::ok);
    text.vocabulary_size = 3004;
    EXPECT_EQ(error_of(text).code, Errc::bad_model);
    EXPECT_EQ(error_of(text).message, "vocab.txt has 3005 pieces, and the network knows 3004");
}

TEST(TextModel, is_refused_where_its_vocabulary_is_no_such_file) {
    ipc::TextSpec text = spec();
    text.vocabulary = ipc::Vocabulary::sentencepiece;
    EXPECT_EQ(error_of(text).code, Errc::bad_model);
}

TEST(TextModel, is_refused_where_its_request_is_not_one_that_the_daemon_makes) {
    const auto refused = [](auto change) {
        ipc::TextSpec text = spec();
        change(text);
        EXPECT_EQ(error_of(text).code, Errc::invalid_argument);
        EXPECT_THAT(error_of(text).message, HasSubstr("the load request is not valid"));
    };
    refused([](ipc::TextSpec& text) { text.max_length = 1; });
    refused([](ipc::TextSpec& text) { text.max_length = kMaxTextTokens + 1; });
    refused([](ipc::TextSpec& text) { text.inputs.clear(); });
    refused([](ipc::TextSpec& text) { text.columns = 0; });
}

}  // namespace
}  // namespace samovar::worker::text
