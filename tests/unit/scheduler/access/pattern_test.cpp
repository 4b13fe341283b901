#include "scheduler/access/pattern.hpp"

#include <gtest/gtest.h>

#include <string>

namespace samovar::scheduler {
namespace {

TEST(Pattern, stands_for_itself_where_it_has_no_star) {
    EXPECT_TRUE(matches("selfie", "selfie"));
    EXPECT_FALSE(matches("selfie", "selfie2"));
    EXPECT_FALSE(matches("selfie", "self"));
    EXPECT_TRUE(matches("", ""));
    EXPECT_FALSE(matches("", "selfie"));
}

TEST(Pattern, has_a_star_for_any_letters_or_none) {
    EXPECT_TRUE(matches("*", ""));
    EXPECT_TRUE(matches("*", "selfie"));
    EXPECT_TRUE(matches("moods-*", "moods-"));
    EXPECT_TRUE(matches("moods-*", "moods-en"));
    EXPECT_FALSE(matches("moods-*", "mood-en"));
    EXPECT_TRUE(matches("*-en", "moods-en"));
    EXPECT_FALSE(matches("*-en", "moods-en2"));
    EXPECT_TRUE(matches("a*b*c", "aXbYbZc"));
    EXPECT_FALSE(matches("a*b*c", "aXcYb"));
    EXPECT_TRUE(matches("**", "x"));
}

TEST(Pattern, has_a_question_mark_for_one_letter) {
    EXPECT_TRUE(matches("v?", "v1"));
    EXPECT_FALSE(matches("v?", "v"));
    EXPECT_FALSE(matches("v?", "v10"));
    EXPECT_TRUE(matches("*?", "v"));
}

TEST(Pattern, of_many_stars_ends_for_a_name_that_nearly_fits) {
    std::string pattern;
    for (int i = 0; i < 20; ++i)
        pattern += "*a";
    EXPECT_FALSE(matches(pattern + "*b", std::string(64, 'a')));
    EXPECT_TRUE(matches(pattern + "*", std::string(64, 'a')));
}

}  // namespace
}  // namespace samovar::scheduler
