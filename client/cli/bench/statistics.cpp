#include "client/cli/bench/statistics.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <numeric>

namespace samovar::cli {
namespace {

constexpr double kNormal95 = 1.959964;   // of the normal distribution, two-sided
constexpr double kStudent95 = 2.262157;  // of Student's with 9 degrees of freedom, two-sided

}  // namespace

Estimate quantile_of(std::vector<double> values, double share) {
    if (values.empty()) return {};
    std::sort(values.begin(), values.end());
    const auto count = static_cast<double>(values.size());
    // From rank 1; nothing where there is no such rank.
    const auto of_rank = [&](double rank) -> std::optional<double> {
        if (rank < 1 || rank > count) return std::nullopt;
        return values[static_cast<std::size_t>(rank) - 1];
    };
    const double away = kNormal95 * std::sqrt(count * share * (1 - share));
    Estimate estimate;
    estimate.value = *of_rank(std::clamp(std::ceil(count * share), 1.0, count));
    estimate.low = of_rank(std::floor(count * share - away));
    estimate.high = of_rank(std::ceil(count * share + away) + 1);
    return estimate;
}

Estimate mean_of_parts(std::span<const double, kParts> parts) {
    const double mean = std::accumulate(parts.begin(), parts.end(), 0.0) / double{kParts};
    double squares = 0;
    for (const double part : parts)
        squares += (part - mean) * (part - mean);
    const double away = kStudent95 * std::sqrt(squares / (double{kParts} * (double{kParts} - 1)));
    return {mean, std::max(0.0, mean - away), mean + away};
}

}  // namespace samovar::cli
