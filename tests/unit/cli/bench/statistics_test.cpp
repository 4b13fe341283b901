#include "client/cli/bench/statistics.hpp"

#include <gtest/gtest.h>

#include <array>
#include <numeric>
#include <random>

namespace samovar::cli {
namespace {

std::vector<double> up_to(std::size_t count) {
    std::vector<double> values(count);
    std::iota(values.begin(), values.end(), 1.0);
    return values;
}

TEST(Quantile, IsTheValueOfItsRank) {
    EXPECT_EQ(quantile_of(up_to(100), 0.5).value, 50);
    EXPECT_EQ(quantile_of(up_to(100), 0.99).value, 99);
    EXPECT_EQ(quantile_of({7}, 0.99).value, 7);
}

TEST(Quantile, OfNothingIsNothing) {
    const Estimate estimate = quantile_of({}, 0.5);
    EXPECT_EQ(estimate.value, 0);
    EXPECT_FALSE(estimate.low || estimate.high);
}

TEST(Quantile, DoesNotMindTheOrder) {
    EXPECT_EQ(quantile_of({5, 1, 4, 2, 3}, 0.5).value, 3);
}

TEST(Quantile, HasNoUpperEndWhereTheSampleIsTooSmall) {
    const Estimate estimate = quantile_of(up_to(100), 0.99);
    EXPECT_TRUE(estimate.low);
    EXPECT_FALSE(estimate.high);
    EXPECT_TRUE(quantile_of(up_to(2000), 0.99).high);
}

TEST(Quantile, HoldsTheTrueOneInMostSamples) {
    std::mt19937_64 random(3);
    std::uniform_real_distribution<double> uniform;
    int held = 0;
    for (int sample = 0; sample < 400; ++sample) {
        std::vector<double> values(1000);
        for (double& value : values)
            value = uniform(random);
        const Estimate estimate = quantile_of(values, 0.9);
        held += *estimate.low <= 0.9 && 0.9 <= *estimate.high ? 1 : 0;
    }
    EXPECT_GE(held, 370) << "95 % of 400 are 380";
}

TEST(Mean, OfEqualPartsIsCertain) {
    const std::array<double, kParts> parts{3, 3, 3, 3, 3, 3, 3, 3, 3, 3};
    const Estimate estimate = mean_of_parts(parts);
    EXPECT_EQ(estimate.value, 3);
    EXPECT_EQ(estimate.low, 3);
    EXPECT_EQ(estimate.high, 3);
}

TEST(Mean, HasTheIntervalOfStudent) {
    const std::array<double, kParts> parts{1, 2, 3, 4, 5, 6, 7, 8, 9, 10};
    const Estimate estimate = mean_of_parts(parts);
    EXPECT_DOUBLE_EQ(estimate.value, 5.5);
    EXPECT_NEAR(*estimate.high - 5.5, 2.1659, 0.0001);  // 2.262157 * 3.02765 / sqrt(10)
    EXPECT_NEAR(5.5 - *estimate.low, 2.1659, 0.0001);
}

TEST(Mean, OfARateIsNotBelowNothing) {
    const std::array<double, kParts> parts{9, 0, 0, 0, 0, 0, 0, 0, 0, 0};
    EXPECT_EQ(mean_of_parts(parts).low, 0);
}

}  // namespace
}  // namespace samovar::cli
