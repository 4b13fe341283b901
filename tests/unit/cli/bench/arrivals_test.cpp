#include "client/cli/bench/arrivals.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace samovar::cli {
namespace {

std::vector<double> gaps(double rate, std::uint64_t seed, std::size_t count) {
    Arrivals arrivals(rate, seed);
    std::vector<double> all;
    std::chrono::nanoseconds before{};
    for (std::size_t i = 0; i < count; ++i) {
        const std::chrono::nanoseconds at = arrivals.next();
        all.push_back(static_cast<double>((at - before).count()) / 1e9);
        before = at;
    }
    return all;
}

TEST(Arrivals, ComeAsOftenAsTheRateSays) {
    double sum = 0;
    for (const double gap : gaps(200, 1, 20'000))
        sum += gap;
    EXPECT_NEAR(sum, 100, 3);
}

TEST(Arrivals, DifferAsAPoissonProcessDoes) {
    double squares = 0;
    for (const double gap : gaps(1, 2, 20'000))
        squares += (gap - 1) * (gap - 1);
    EXPECT_NEAR(squares / 20'000, 1, 0.1) << "the variance of its gaps is the square of their mean";
}

TEST(Arrivals, NeverGoBack) {
    for (const double gap : gaps(1e6, 3, 1000))
        EXPECT_GE(gap, 0);
}

TEST(Arrivals, AreTheSameOfTheSameSeed) {
    EXPECT_EQ(gaps(10, 7, 50), gaps(10, 7, 50));
    EXPECT_NE(gaps(10, 7, 50), gaps(10, 8, 50));
}

}  // namespace
}  // namespace samovar::cli
