#include <gmock/gmock.h>

#include <string>

#include "daemon/worker/text/tokenizer.hpp"
#include "spm_bytes.hpp"

namespace samovar::worker::text {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

// Ids from 4 on: "\u2581", "\u2581a", "a", "b", "<url>".
std::string model() {
    return spm_model(spm_piece("\u2581", -2) + spm_piece("\u2581a", -1) + spm_piece("a", -3) +
                     spm_piece("b", -3) + spm_piece("<url>", 0, 4));
}

Tokenizer tokenizer(SpmRules rules = SpmRules::of_model) {
    return read_sentence_piece(model(), "spm.model", rules).value();
}

std::vector<std::int32_t> ids(std::string_view text) {
    return tokenizer().encode(text, 512).ids;
}

std::string problem(std::string_view content) {
    const auto read = read_sentence_piece(content, "spm.model", SpmRules::of_model);
    if (read) return "";
    EXPECT_EQ(read.error().code, Errc::bad_model);
    return read.error().message;
}

TEST(SentencePiece, each_word_begins_with_its_space_also_the_first) {
    EXPECT_THAT(ids("ab b"), ElementsAre(1, 5, 7, 4, 7, 2));
}

TEST(SentencePiece, spaces_around_and_runs_of_them_count_for_nothing) {
    EXPECT_THAT(ids("  ab \t"), ElementsAre(1, 5, 7, 2));
    EXPECT_THAT(ids("a    a"), ElementsAre(1, 5, 5, 2));
    EXPECT_THAT(ids("\u3000 a"), ElementsAre(1, 5, 2));
}

TEST(SentencePiece, the_mark_of_a_space_may_be_written) {
    EXPECT_THAT(ids("\u2581a\u2581\u2581a"), ElementsAre(1, 5, 4, 5, 2));
}

TEST(SentencePiece, special_tokens_in_the_text_are_themselves_and_the_text_behind_begins_anew) {
    EXPECT_THAT(ids("a[SEP]a"), ElementsAre(1, 5, 2, 5, 2));
    EXPECT_THAT(ids("a <url> b"), ElementsAre(1, 5, 8, 4, 7, 2));
    EXPECT_THAT(ids("a[UNK]a"), ElementsAre(1, 5, 3, 5, 2));
}

TEST(SentencePiece, the_mask_gets_an_id_behind_the_pieces_where_it_has_none) {
    EXPECT_THAT(ids("[MASK]"), ElementsAre(1, 9, 2));
    EXPECT_EQ(tokenizer().vocabulary_size(), 10u);
    const auto own =
        read_sentence_piece(spm_model(spm_piece("[MASK]", 0, 4)), "m", SpmRules::of_model).value();
    EXPECT_THAT(own.encode("[MASK]", 9).ids, ElementsAre(1, 4, 2));
    EXPECT_EQ(own.vocabulary_size(), 5u);
}

TEST(SentencePiece, what_no_piece_covers_is_unknown_once_for_a_run) {
    EXPECT_THAT(ids("a\u6771\u4EACb \u6771"), ElementsAre(1, 5, 3, 7, 4, 3, 2));
    EXPECT_THAT(ids("\xFF"), ElementsAre(1, 4, 3, 2));
}

TEST(SentencePiece, an_empty_or_blank_text_is_its_frame) {
    EXPECT_THAT(ids(""), ElementsAre(1, 2));
    EXPECT_THAT(ids(" \n "), ElementsAre(1, 2));
}

TEST(SentencePiece, a_text_that_is_too_long_loses_its_end_and_says_how_much) {
    const Tokens cut = tokenizer().encode("a a ab", 4);
    EXPECT_THAT(cut.ids, ElementsAre(1, 5, 5, 2));
    EXPECT_EQ(cut.cut, 2u);
}

TEST(SentencePiece, composition_may_take_the_place_of_the_rules_of_the_model) {
    const Tokenizer composing =
        read_sentence_piece(spm_model(spm_piece("\u2581", -2) + spm_piece("\u00E9", -1)),
                            "spm.model", SpmRules::nfc)
            .value();
    EXPECT_THAT(composing.encode("e\u0301", 9).ids, ElementsAre(1, 4, 5, 2));
    // The space before a text counts, and one that is no U+0020 and stands alone is no space.
    EXPECT_THAT(composing.encode(" \n\u00E9 \n", 9).ids, ElementsAre(1, 4, 5, 2));
    EXPECT_THAT(composing.encode("\u00E9\u3000\u00E9", 9).ids, ElementsAre(1, 4, 5, 3, 5, 2));
}

TEST(SentencePiece, a_model_without_the_tokens_of_deberta_is_refused) {
    EXPECT_THAT(problem(spm_piece("<unk>", 0, 2) + spm_trainer(0)),
                HasSubstr("spm.model has '<unk>' for what it does not know"));
    EXPECT_THAT(problem(spm_piece("[UNK]", 0, 2) + spm_piece("[CLS]", 0, 3) + spm_trainer(0)),
                HasSubstr("spm.model has no piece [SEP]"));
}

TEST(SentencePiece, a_file_that_is_not_there_is_named) {
    const auto loaded = load_sentence_piece("/nowhere/spm.model", SpmRules::of_model);
    ASSERT_FALSE(loaded);
    EXPECT_THAT(loaded.error().message, HasSubstr("/nowhere/spm.model"));
}

}  // namespace
}  // namespace samovar::worker::text
