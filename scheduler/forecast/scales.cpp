#include "scheduler/forecast/scales.hpp"

#include <algorithm>

#include "scheduler/forecast/logistic.hpp"

namespace samovar::scheduler {
namespace {

// The floor of `x` as an index below `count`.
std::size_t index_below(std::size_t count, double x) noexcept {
    return static_cast<std::size_t>(std::clamp(x, 0.0, static_cast<double>(count - 1)));
}

constexpr double kExactAges = 16;

}  // namespace

std::size_t age_bucket(double minutes) noexcept {
    if (minutes <= kExactAges) return index_below(kAges, minutes);
    return index_below(kAges, kExactAges + 1 + 6 * binary_log(minutes / kExactAges));
}

std::size_t gap_class(double minutes) noexcept {
    return index_below(kUnknownGap, 1.5 * binary_log(1 + std::max(0.0, minutes)));
}

std::size_t rate_class(double rate) noexcept {
    if (rate <= 0) return 0;
    return index_below(kRateClasses, 12 + 1.6 * binary_log(rate));
}

}  // namespace samovar::scheduler
