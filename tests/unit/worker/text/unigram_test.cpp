#include "daemon/worker/text/unigram.hpp"

#include <gmock/gmock.h>

#include <string>

namespace samovar::worker::text {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

// Pieces with their scores; number 0 is the unknown one.
std::vector<std::int32_t> ids(std::vector<std::pair<std::string, float>> scored,
                              std::string_view word) {
    std::vector<Piece> pieces;
    std::vector<float> scores;
    for (auto& [text, score] : scored) {
        pieces.push_back({text, static_cast<std::int32_t>(pieces.size())});
        scores.push_back(score);
    }
    std::vector<std::int32_t> found;
    Unigram::Steps steps;
    Unigram(pieces, scores, 0).append(word, found, steps);
    return found;
}

TEST(Unigram, the_likeliest_pieces_win_over_the_longest) {
    EXPECT_THAT(ids({{"?", 0}, {"a", -1}, {"b", -1}, {"ab", -3}}, "ab"), ElementsAre(1, 2));
    EXPECT_THAT(ids({{"?", 0}, {"a", -1}, {"b", -1}, {"ab", -1.5F}}, "ab"), ElementsAre(3));
    EXPECT_THAT(ids({{"?", 0}, {"a", -1}, {"bc", -1}, {"ab", -1}, {"c", -3}}, "abc"),
                ElementsAre(1, 2));
}

TEST(Unigram, of_equal_sums_the_longer_last_piece_wins) {
    EXPECT_THAT(ids({{"?", 0}, {"a", -1}, {"bc", -1}, {"ab", -1}, {"c", -1}}, "abc"),
                ElementsAre(1, 2));
}

TEST(Unigram, a_run_of_unknown_characters_is_one_unknown_piece) {
    EXPECT_THAT(ids({{"?", 0}, {"a", -1}}, "xy\u6771a\U0001F600"), ElementsAre(0, 1, 0));
}

TEST(Unigram, an_unknown_character_costs_more_than_any_piece) {
    EXPECT_THAT(ids({{"?", 0}, {"a", -50}, {"ax", -54}}, "ax"), ElementsAre(2));
    EXPECT_THAT(ids({{"?", 0}, {"a", -1}, {"ax", -54}}, "ax"), ElementsAre(2));
}

TEST(Unigram, sums_are_double) {
    // In single precision the two ways are equal, and the longer last piece would win.
    EXPECT_THAT(
        ids({{"?", 0}, {"a", -16777216.F}, {"b", -1}, {"ab", -16777218.F}, {"bb", -1.5F}}, "abb"),
        ElementsAre(1, 4));
    EXPECT_THAT(ids({{"?", 0}, {"a", -16777216.F}, {"b", -1}, {"ab", -16777216.F}}, "ab"),
                ElementsAre(3));
}

TEST(Unigram, an_empty_word_has_no_pieces) {
    EXPECT_THAT(ids({{"?", 0}}, ""), IsEmpty());
}

}  // namespace
}  // namespace samovar::worker::text
