#include "tests/torture/slope.hpp"

#include <gtest/gtest.h>

namespace samovar::torture {
namespace {

TEST(Slope, of_a_line_is_its_rise_without_error) {
    Series series;
    for (int x = 0; x < 5; ++x)
        series.add(1, x, 3.0 * x + 7);
    EXPECT_DOUBLE_EQ(series.slope().rise, 3);
    EXPECT_NEAR(series.slope().error, 0, 1e-9);
    EXPECT_DOUBLE_EQ(series.slope().span, 4);
}

TEST(Slope, is_of_what_happens_within_a_life) {
    Series series;
    for (const int life : {1, 2, 3})
        for (int x = 0; x < 4; ++x)
            series.add(static_cast<std::uint64_t>(life), 10 * life + x, 100.0 * life);
    EXPECT_DOUBLE_EQ(series.slope().rise, 0);
    EXPECT_DOUBLE_EQ(series.slope().span, 3);
}

// By hand: x = 0..3, y = 0, 2, 1, 3 has Sxx = 5, Sxy = 4, Syy = 5; residuals 5 - 16/5 over 2.
TEST(Slope, has_the_error_of_the_textbook) {
    Series series;
    for (const auto& [x, y] : {std::pair{0.0, 0.0}, {1.0, 2.0}, {2.0, 1.0}, {3.0, 3.0}})
        series.add(1, x, y);
    EXPECT_DOUBLE_EQ(series.slope().rise, 0.8);
    EXPECT_DOUBLE_EQ(series.slope().error * series.slope().error, 1.8 / 2 / 5);
}

TEST(Slope, of_too_little_is_anything) {
    Series series;
    EXPECT_GT(series.slope().error, 1e300);
    series.add(1, 0, 1);
    series.add(1, 1, 2);
    EXPECT_GT(series.slope().error, 1e300);
}

}  // namespace
}  // namespace samovar::torture
