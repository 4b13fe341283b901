#pragma once
// What a sample says of what it was taken from. Pure functions.

#include <optional>
#include <span>
#include <vector>

namespace samovar::cli {

// With its 95 % confidence interval, where the sample is large enough to have an end there.
struct Estimate {
    double value = 0;
    std::optional<double> low, high;
};

// The value below which `share` of them lie. The interval needs no distribution: how many of n
// values lie below the true one is binomial, so its ends are the values of rank n p +- 1.96
// sqrt(n p (1 - p)); an end beyond the sample is none. It takes the values for independent. 0
// without values.
Estimate quantile_of(std::vector<double> values, double share);

// Parts that a measured time is cut into.
inline constexpr std::size_t kParts = 10;

// The mean of kParts equal parts of the time, by Student's t with 9 degrees of freedom: what the
// parts differ by holds however calls within a part hang together.
Estimate mean_of_parts(std::span<const double, kParts> parts);

}  // namespace samovar::cli
