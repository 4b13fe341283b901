#include "scheduler/forecast/logistic.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <numbers>

namespace samovar::scheduler {
namespace {

constexpr std::uint64_t kMantissa = (std::uint64_t{1} << 52) - 1;
constexpr int kBias = 1023;
// Of the exponential series' terms, the last first.
constexpr double kReciprocals[] = {1.0 / 11, 1.0 / 10, 1.0 / 9, 1.0 / 8, 1.0 / 7, 1.0 / 6,
                                   1.0 / 5,  1.0 / 4,  1.0 / 3, 1.0 / 2, 1.0};

}  // namespace

double natural_log(double x) noexcept {
    const auto bits = std::bit_cast<std::uint64_t>(x);
    int exponent = static_cast<int>(bits >> 52) - kBias;
    double mantissa = std::bit_cast<double>((bits & kMantissa) | (std::uint64_t{kBias} << 52));
    if (mantissa > std::numbers::sqrt2) {
        mantissa /= 2;
        ++exponent;
    }
    // ln m = 2 artanh s for s = (m - 1) / (m + 1), and |s| is at most 0.172.
    const double s = (mantissa - 1) / (mantissa + 1);
    const double q = s * s;
    const double series =
        1 + q * (1.0 / 3 +
                 q * (1.0 / 5 + q * (1.0 / 7 + q * (1.0 / 9 + q * (1.0 / 11 + q * (1.0 / 13))))));
    return exponent * std::numbers::ln2 + 2 * s * series;
}

double binary_log(double x) noexcept {
    return natural_log(x) * std::numbers::log2e;
}

double exponential(double x) noexcept {
    x = std::clamp(x, -700.0, 700.0);
    const double turns = std::floor(x * std::numbers::log2e + 0.5);
    const double r = x - turns * std::numbers::ln2;  // |r| at most 0.347
    double series = 1;
    for (const double reciprocal : kReciprocals)
        series = 1 + series * r * reciprocal;
    const auto power = static_cast<std::uint64_t>(static_cast<int>(turns) + kBias);
    return series * std::bit_cast<double>(power << 52);
}

double stretch(double chance) noexcept {
    chance = std::clamp(chance, kLeastChance, 1 - kLeastChance);
    return natural_log(chance / (1 - chance));
}

double squash(double x) noexcept {
    return std::clamp(1 / (1 + exponential(-x)), kLeastChance, 1 - kLeastChance);
}

}  // namespace samovar::scheduler
