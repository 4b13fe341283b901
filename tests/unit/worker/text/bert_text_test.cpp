#include "daemon/worker/text/bert_text.hpp"

#include <gmock/gmock.h>

#include <string>
#include <vector>

#include "daemon/worker/text/utf8.hpp"

namespace samovar::worker::text {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

std::string utf8(std::u32string_view text) {
    std::string bytes;
    for (const char32_t c : text)
        append_utf8(c, bytes);
    return bytes;
}

std::string normalised(std::string_view text, const BertRules& rules = {}) {
    return utf8(bert_normalised(text, rules));
}

std::vector<std::string> words(std::string_view text) {
    std::vector<std::string> found;
    each_bert_word(bert_normalised(text, {}),
                   [&](std::u32string_view word) { found.push_back(utf8(word)); });
    return found;
}

TEST(BertText, control_and_format_characters_go_and_white_space_becomes_a_space) {
    EXPECT_EQ(normalised("a\tb\u3000c\u2028d"), "a b c d");
    EXPECT_EQ(normalised("a\x01\u200B\u00AD\uFEFF\uFFFD\uE000z"), "az");
}

TEST(BertText, accents_go_with_capitals) {
    EXPECT_EQ(normalised("\u00C5ngstr\u00F6m \u0130"), "angstrom i");
    EXPECT_EQ(normalised("\u1E9B\u0323"), "\u017F");
}

TEST(BertText, accents_stay_where_the_rules_say_so) {
    EXPECT_EQ(normalised("\u00C5 \u0130", {.strip_accents = false}), "\u00E5 i\u0307");
    EXPECT_EQ(normalised("\u00C5e\u0301", {.lower_case = false}), "\u00C5e\u0301");
    EXPECT_EQ(normalised("\u00C5e\u0301", {.lower_case = false, .strip_accents = true}), "Ae");
}

TEST(BertText, capitals_become_small_one_by_one) {
    EXPECT_EQ(normalised("\u03A3\u039F\u03A3"), "\u03C3\u03BF\u03C3");  // no final sigma
    EXPECT_EQ(normalised("\u1E9E"), "\u00DF");
}

TEST(BertText, hangul_is_taken_apart_like_an_accented_letter) {
    EXPECT_EQ(normalised("\uD55C"), "\u1112\u1161\u11AB");
}

TEST(BertText, what_unicode_9_did_not_know_is_left_as_it_is) {
    EXPECT_EQ(normalised("\U00011938"), "\U00011938");  // decomposes since Unicode 13
}

TEST(BertText, chinese_characters_stand_alone) {
    EXPECT_THAT(words("ab\u6771\u4EACc"), ElementsAre("ab", "\u6771", "\u4EAC", "c"));
    EXPECT_EQ(normalised("a\u6771b", {.space_chinese = false}), "a\u6771b");
}

TEST(BertText, punctuation_stands_alone_and_symbols_of_ascii_are_punctuation) {
    EXPECT_THAT(words("don't $5\u2014ok\u20AC"),
                ElementsAre("don", "'", "t", "$", "5", "\u2014", "ok\u20AC"));
}

TEST(BertText, a_blank_text_has_no_words) {
    EXPECT_THAT(words(""), IsEmpty());
    EXPECT_THAT(words(" \n\u200B "), IsEmpty());
}

}  // namespace
}  // namespace samovar::worker::text
