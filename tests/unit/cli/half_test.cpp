#include "client/cli/half.hpp"

#include <gtest/gtest.h>

namespace samovar::cli {
namespace {

TEST(Half, EveryValueComesBackFromItsFloat) {
    for (std::uint32_t bits = 0; bits < 0x10000; ++bits) {
        const auto half = static_cast<std::uint16_t>(bits);
        const float value = float_of_half(half);
        if (std::isnan(value)) {
            EXPECT_TRUE(std::isnan(float_of_half(half_of_float(value))));
            continue;
        }
        ASSERT_EQ(half_of_float(value), half) << bits;
    }
}

TEST(Half, KnownValuesHaveTheirBits) {
    EXPECT_EQ(half_of_float(1.0F), 0x3C00);
    EXPECT_EQ(half_of_float(-2.0F), 0xC000);
    EXPECT_EQ(half_of_float(65504.0F), 0x7BFF);
    EXPECT_EQ(half_of_float(0x1p-14F), 0x0400);
    EXPECT_EQ(half_of_float(0x1p-24F), 0x0001);
    EXPECT_EQ(half_of_float(-0.0F), 0x8000);
    EXPECT_EQ(half_of_float(INFINITY), 0x7C00);
    EXPECT_EQ(float_of_half(0x3555), 0.333251953125F);
}

TEST(Half, RoundsToNearestWithTiesToEven) {
    // Between neighbours a and b: below the middle a, above it b, in the middle the even one.
    for (std::uint16_t bits = 0; bits < 0x7BFF; ++bits) {
        const float a = float_of_half(bits);
        const float b = float_of_half(static_cast<std::uint16_t>(bits + 1));
        const float middle = a + (b - a) / 2;
        const auto even = static_cast<std::uint16_t>(bits % 2 == 0 ? bits : bits + 1);
        ASSERT_EQ(half_of_float(middle), even) << bits;
        ASSERT_EQ(half_of_float(std::nextafter(middle, 0.0F)), bits);
        ASSERT_EQ(half_of_float(std::nextafter(middle, INFINITY)), bits + 1);
    }
    EXPECT_EQ(half_of_float(65519.0F), 0x7BFF);
    EXPECT_EQ(half_of_float(65520.0F), 0x7C00) << "to infinity, as IEEE 754 has it";
}

TEST(BFloat16, EveryValueComesBackFromItsFloat) {
    for (std::uint32_t bits = 0; bits < 0x10000; ++bits) {
        const auto number = static_cast<std::uint16_t>(bits);
        const float value = float_of_bfloat16(number);
        if (std::isnan(value))
            EXPECT_TRUE(std::isnan(float_of_bfloat16(bfloat16_of_float(value))));
        else
            ASSERT_EQ(bfloat16_of_float(value), number);
    }
}

TEST(BFloat16, RoundsToNearestWithTiesToEven) {
    EXPECT_EQ(bfloat16_of_float(0x1.01p0F), 0x3F80) << "the middle, down to the even one";
    EXPECT_EQ(bfloat16_of_float(0x1.03p0F), 0x3F82) << "the middle, up to the even one";
    EXPECT_EQ(bfloat16_of_float(0x1.010002p0F), 0x3F81);
}

}  // namespace
}  // namespace samovar::cli
