#pragma once
// The two 16-bit floating-point types, which C++20 does not have. Round to nearest, ties to even.

#include <bit>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <span>
#include <vector>

namespace samovar::cli {

inline float float_of_half(std::uint16_t half) noexcept {
    const std::uint32_t exponent = (half >> 10) & 0x1F, fraction = half & 0x3FF;
    const float sign = (half & 0x8000) ? -1.0F : 1.0F;
    if (exponent == 31) return fraction ? std::nanf("") : sign * INFINITY;
    if (exponent == 0) return sign * std::ldexp(static_cast<float>(fraction), -24);
    return sign * std::ldexp(static_cast<float>(fraction | 0x400), static_cast<int>(exponent) - 25);
}

inline std::uint16_t half_of_float(float value) noexcept {
    const auto sign = static_cast<std::uint16_t>(std::signbit(value) ? 0x8000 : 0);
    if (std::isnan(value)) return 0x7E00;
    const float size = std::fabs(value);
    if (size >= 65520.0F) return static_cast<std::uint16_t>(sign | 0x7C00);
    // In units of the last place that a half has at this size; nearbyint rounds ties to even.
    const int exponent = size < std::ldexp(1.0F, -14) ? -14 : std::ilogb(size);
    const auto units = static_cast<std::uint32_t>(std::nearbyint(std::ldexp(size, 10 - exponent)));
    // A carry out of the fraction runs into the exponent, which is right.
    return static_cast<std::uint16_t>(sign + (static_cast<std::uint32_t>(exponent + 14) << 10) +
                                      units);
}

inline float float_of_bfloat16(std::uint16_t bits) noexcept {
    return std::bit_cast<float>(static_cast<std::uint32_t>(bits) << 16);
}

inline std::uint16_t bfloat16_of_float(float value) noexcept {
    if (std::isnan(value)) return 0x7FC0;
    const auto bits = std::bit_cast<std::uint32_t>(value);
    return static_cast<std::uint16_t>((bits + 0x7FFF + ((bits >> 16) & 1)) >> 16);
}

// Elements of bfloat16 as those of float32.
inline std::vector<std::byte> floats_of_bfloat16(std::span<const std::byte> elements) {
    std::vector<std::byte> floats(elements.size() * 2);
    for (std::size_t i = 0; i + 1 < elements.size(); i += 2) {
        std::uint16_t bits = 0;
        std::memcpy(&bits, elements.data() + i, sizeof bits);
        const float value = float_of_bfloat16(bits);
        std::memcpy(floats.data() + 2 * i, &value, sizeof value);
    }
    return floats;
}

}  // namespace samovar::cli
