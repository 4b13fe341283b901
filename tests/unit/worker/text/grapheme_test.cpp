#include "daemon/worker/text/grapheme.hpp"

#include <gmock/gmock.h>

#include <string>
#include <vector>

namespace samovar::worker::text {
namespace {

using testing::ElementsAre;

std::vector<std::string> clusters(std::string_view text) {
    std::vector<std::string> found;
    for (std::size_t at = 0; at < text.size();) {
        const std::size_t end = cluster_end(text, at);
        found.emplace_back(text.substr(at, end - at));
        at = end;
    }
    return found;
}

TEST(Grapheme, plain_characters_are_clusters) {
    EXPECT_THAT(clusters("ab\u6771"), ElementsAre("a", "b", "\u6771"));
}

TEST(Grapheme, marks_stay_with_what_they_mark) {
    EXPECT_THAT(clusters("e\u0301\u0323x"), ElementsAre("e\u0301\u0323", "x"));
    EXPECT_THAT(clusters("\u0E01\u0E33"), ElementsAre("\u0E01\u0E33"));
    EXPECT_THAT(clusters("\u0301"), ElementsAre("\u0301"));
}

TEST(Grapheme, control_characters_keep_to_themselves) {
    EXPECT_THAT(clusters("\r\n\n\t\u0301"), ElementsAre("\r\n", "\n", "\t", "\u0301"));
    EXPECT_THAT(clusters("\u00AD\u0301"), ElementsAre("\u00AD", "\u0301"));
}

TEST(Grapheme, hangul_makes_syllables) {
    EXPECT_THAT(clusters("\u1112\u1161\u11AB\u1112"), ElementsAre("\u1112\u1161\u11AB", "\u1112"));
    EXPECT_THAT(clusters("\uD55C\u1161"), ElementsAre("\uD55C", "\u1161"));
    EXPECT_THAT(clusters("\uD558\u11AB"), ElementsAre("\uD558\u11AB"));
}

TEST(Grapheme, flags_are_pairs) {
    EXPECT_THAT(clusters("\U0001F1E9\U0001F1EA\U0001F1EB"),
                ElementsAre("\U0001F1E9\U0001F1EA", "\U0001F1EB"));
}

TEST(Grapheme, joined_pictures_are_one) {
    EXPECT_THAT(clusters("\U0001F468\u200D\U0001F469 \u00A9\u200D\u00AE"),
                ElementsAre("\U0001F468\u200D\U0001F469", " ", "\u00A9\u200D\u00AE"));
    EXPECT_THAT(clusters("a\u200D\u2122"), ElementsAre("a\u200D", "\u2122"));
}

TEST(Grapheme, a_virama_joins_two_consonants) {
    EXPECT_THAT(clusters("\u0915\u094D\u0937"), ElementsAre("\u0915\u094D\u0937"));
    EXPECT_THAT(clusters("\u0915\u0301\u0937"), ElementsAre("\u0915\u0301", "\u0937"));
}

TEST(Grapheme, a_prepended_sign_takes_what_follows) {
    EXPECT_THAT(clusters("\u0600a b"), ElementsAre("\u0600a", " ", "b"));
    EXPECT_THAT(clusters("\U000113D1a"), ElementsAre("\U000113D1a"));
}

}  // namespace
}  // namespace samovar::worker::text
