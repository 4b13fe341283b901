#include <gmock/gmock.h>

#include <string>

#include "daemon/worker/text/tokenizer.hpp"

namespace samovar::worker::text {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

constexpr std::string_view kVocabulary =
    "[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\nun\n##believ\n##able\n##ably\nrun\n##ning\n!\n##n\n";

Tokenizer tokenizer(std::string_view vocabulary = kVocabulary) {
    return read_word_piece(vocabulary, "vocab.txt", {}).value();
}

std::vector<std::int32_t> ids(std::string_view text) {
    return tokenizer().encode(text, 512).ids;
}

std::string problem(std::string_view vocabulary) {
    const auto read = read_word_piece(vocabulary, "vocab.txt", {});
    if (read) return "";
    EXPECT_EQ(read.error().code, Errc::bad_model);
    EXPECT_FALSE(read.error().hint.empty());
    return read.error().message;
}

TEST(WordPiece, takes_the_longest_piece_from_the_front) {
    EXPECT_THAT(ids("Unbelievably running!"), ElementsAre(2, 5, 6, 8, 9, 10, 11, 3));
}

TEST(WordPiece, a_word_with_a_part_that_no_piece_covers_is_unknown_as_a_whole) {
    EXPECT_THAT(ids("unbelievableX run"), ElementsAre(2, 1, 9, 3));
    EXPECT_THAT(ids("ning"), ElementsAre(2, 1, 3));
}

TEST(WordPiece, a_word_of_more_than_100_characters_is_unknown) {
    EXPECT_THAT(ids("un" + std::string(98, 'n')), testing::SizeIs(2 + 1 + 98));
    EXPECT_THAT(ids("un" + std::string(99, 'n')), ElementsAre(2, 1, 3));
}

TEST(WordPiece, special_tokens_in_the_text_are_themselves) {
    EXPECT_THAT(ids("run[SEP]run [MASK]"), ElementsAre(2, 9, 3, 9, 4, 3));
    EXPECT_THAT(ids("[sep]"), ElementsAre(2, 1, 1, 1, 3));
}

TEST(WordPiece, an_empty_text_is_its_frame) {
    EXPECT_THAT(ids(""), ElementsAre(2, 3));
    EXPECT_THAT(ids("\xFF \x01"), ElementsAre(2, 3));
}

TEST(WordPiece, a_text_that_is_too_long_loses_its_end_and_says_how_much) {
    const Tokens whole = tokenizer().encode("run run run", 5);
    EXPECT_THAT(whole.ids, ElementsAre(2, 9, 9, 9, 3));
    EXPECT_EQ(whole.cut, 0u);
    const Tokens cut = tokenizer().encode("run run run unbelievably", 4);
    EXPECT_THAT(cut.ids, ElementsAre(2, 9, 9, 3));
    EXPECT_EQ(cut.cut, 4u);
    const Tokens shortest = tokenizer().encode("run", Tokenizer::kShortest);
    EXPECT_THAT(shortest.ids, ElementsAre(2, 3));
    EXPECT_EQ(shortest.cut, 1u);
}

TEST(WordPiece, knows_its_size_and_its_padding) {
    EXPECT_EQ(tokenizer().vocabulary_size(), 13u);
    EXPECT_EQ(tokenizer().pad_id(), 0);
}

TEST(WordPiece, lines_may_end_as_on_windows) {
    EXPECT_THAT(tokenizer("[PAD]\r\n[UNK]\r\n[CLS]\r\n[SEP]\r\nrun").encode("run", 9).ids,
                ElementsAre(2, 4, 3));
}

TEST(WordPiece, a_vocabulary_that_lacks_a_special_token_is_refused) {
    EXPECT_THAT(problem("[PAD]\n[UNK]\n[CLS]\nrun\n"), HasSubstr("vocab.txt has no line [SEP]"));
    EXPECT_THAT(problem(""), HasSubstr("has no line [UNK]"));
}

TEST(WordPiece, a_line_that_cannot_be_read_is_named) {
    EXPECT_THAT(problem("[PAD]\n[UNK]\n\n[CLS]\n"), HasSubstr("vocab.txt:3: an empty line"));
    EXPECT_THAT(problem("[PAD]\n\xFF\n"), HasSubstr("vocab.txt:2: not UTF-8"));
    EXPECT_THAT(problem("a\rb\n"), HasSubstr("vocab.txt:1: a carriage return"));
}

TEST(WordPiece, a_file_that_is_not_there_is_named) {
    const auto loaded = load_word_piece("/nowhere/vocab.txt", {});
    ASSERT_FALSE(loaded);
    EXPECT_EQ(loaded.error().code, Errc::bad_model);
    EXPECT_THAT(loaded.error().message, HasSubstr("/nowhere/vocab.txt"));
}

}  // namespace
}  // namespace samovar::worker::text
