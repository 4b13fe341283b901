#include "daemon/worker/text/utf8.hpp"

#include <gmock/gmock.h>

#include <string>
#include <string_view>

namespace samovar::worker::text {
namespace {

using namespace std::string_view_literals;

std::string mended(std::string_view text) {
    std::string repaired;
    return std::string(well_formed(text, repaired));
}

TEST(Utf8, well_formed_text_is_not_copied) {
    const std::string_view text = "a\0b \u00E4\u6771\U0001F600"sv;
    std::string repaired;
    EXPECT_EQ(well_formed(text, repaired).data(), text.data());
}

// What Python's decode("utf-8", "replace") makes of the same bytes.
TEST(Utf8, each_maximal_part_of_what_is_no_character_is_replaced_once) {
    EXPECT_EQ(mended("a\x80z"), "a\uFFFDz");
    EXPECT_EQ(mended("\xC0\x80"), "\uFFFD\uFFFD");
    EXPECT_EQ(mended("\xE2\x82"), "\uFFFD");
    EXPECT_EQ(mended("\xE2\x82z"), "\uFFFDz");
    EXPECT_EQ(mended("\xED\xA0\x80"), "\uFFFD\uFFFD\uFFFD");
    EXPECT_EQ(mended("\xF0\x9F\x98\xF0\x9F\x98\x80"), "\uFFFD\U0001F600");
    EXPECT_EQ(mended("\xF4\x90\x80\x80"), "\uFFFD\uFFFD\uFFFD\uFFFD");
}

TEST(Utf8, what_is_appended_is_read_back) {
    for (const char32_t c :
         {0x1U, 0x7FU, 0x80U, 0x7FFU, 0x800U, 0xD7FFU, 0xE000U, 0xFFFFU, 0x10000U, 0x10FFFFU}) {
        std::string text;
        append_utf8(c, text);
        std::size_t at = 0;
        EXPECT_EQ(next_code_point(text, at), c);
        EXPECT_EQ(at, text.size());
    }
}

TEST(Utf8, words_stand_between_white_space_of_any_kind) {
    EXPECT_EQ(count_words(""), 0u);
    EXPECT_EQ(count_words(" \t\n "), 0u);
    EXPECT_EQ(count_words("one"), 1u);
    EXPECT_EQ(count_words("  one two,three\nfour  "), 3u);
    EXPECT_EQ(count_words("one\u3000two\u2003three\u00A0four"), 4u);
    EXPECT_EQ(count_words("zero\u200Bwidth"), 1u);
    EXPECT_EQ(count_words("\xFF \xFF"), 2u);
}

}  // namespace
}  // namespace samovar::worker::text
