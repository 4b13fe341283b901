#include "client/cli/bench/levels.hpp"

#include <gmock/gmock.h>

namespace samovar::cli {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

std::vector<double> levels(std::string_view word, bool whole = true) {
    const Result<Levels> parsed = parse_levels(word, "--concurrency", whole);
    EXPECT_TRUE(parsed) << word;
    return parsed ? parsed->values : std::vector<double>();
}

std::string refusal(std::string_view word, bool whole = true) {
    const Result<Levels> parsed = parse_levels(word, "--concurrency", whole);
    if (parsed) return "taken";
    EXPECT_EQ(parsed.error().code, Errc::invalid_argument);
    return parsed.error().message;
}

TEST(Levels, OneNumberIsOneLevel) {
    EXPECT_THAT(levels("8"), ElementsAre(8));
}

TEST(Levels, AListIsWhatItSays) {
    EXPECT_THAT(levels("1,4,16"), ElementsAre(1, 4, 16));
    EXPECT_FALSE(parse_levels("1,4", "--rate", false)->refined);
}

TEST(Levels, ARangeIsDoubledUpToItsEnd) {
    EXPECT_THAT(levels("1..32"), ElementsAre(1, 2, 4, 8, 16, 32));
    EXPECT_THAT(levels("3..20"), ElementsAre(3, 6, 12, 20));
    EXPECT_TRUE(parse_levels("1..32", "--rate", false)->refined);
}

TEST(Levels, AStepIsAddedUpToTheEnd) {
    EXPECT_THAT(levels("100..300:100"), ElementsAre(100, 200, 300));
    EXPECT_THAT(levels("1..4:2"), ElementsAre(1, 3));
    EXPECT_FALSE(parse_levels("1..4:2", "--rate", false)->refined);
}

TEST(Levels, RatesMayHaveFractionsAndCallersNone) {
    EXPECT_THAT(levels("0.5..2", false), ElementsAre(0.5, 1, 2));
    EXPECT_THAT(refusal("0.5"), HasSubstr("has a fraction"));
}

TEST(Levels, OtherWordsAreRefused) {
    for (const char* word : {"", "x", "0", "-1", "1,,2", "1..", "..8", "8..1", "1..2..3",
                             "1..8:", "1..8:0", "1..8:1:1", "2000000", "nan", "inf", "1 "})
        EXPECT_THAT(refusal(word), HasSubstr("is no range")) << word;
}

TEST(Levels, WhatDoesNotRiseIsRefused) {
    EXPECT_THAT(refusal("4,4"), HasSubstr("does not rise"));
}

TEST(Levels, MoreLevelsThanAnybodyWaitsForAreRefused) {
    EXPECT_THAT(refusal("1..100:1"), HasSubstr("more than 64 levels"));
}

}  // namespace
}  // namespace samovar::cli
