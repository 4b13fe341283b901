#include "scheduler/residency/latencies.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace samovar::scheduler {
namespace {

constexpr double kStepsPerOctave = 8;
constexpr std::size_t kSteps = 256;  // 32 octaves of a microsecond

std::size_t step_of(Duration time) {
    const double us = std::chrono::duration<double, std::micro>(time).count();
    const double step = us < 1 ? 0 : std::floor(std::log2(us) * kStepsPerOctave);
    return std::min(static_cast<std::size_t>(step), kSteps - 1);
}

// In the middle of the step's two ends, on its scale.
Duration middle_of(std::size_t step) {
    const double us = std::exp2((static_cast<double>(step) + 0.5) / kStepsPerOctave);
    return std::chrono::duration_cast<Duration>(std::chrono::duration<double, std::micro>(us));
}

}  // namespace

void Latencies::add(Duration time) {
    if (steps_.empty()) {
        steps_.resize(kSteps);
        least_ = most_ = time;
    }
    least_ = std::min(least_, time);
    most_ = std::max(most_, time);
    std::uint32_t& step = steps_[step_of(time)];
    if (step == std::numeric_limits<std::uint32_t>::max()) return;
    ++step;
    ++count_;
}

Duration Latencies::quantile(double share) const {
    if (count_ == 0) return {};
    const auto rank = std::max<std::uint64_t>(
        1, static_cast<std::uint64_t>(std::ceil(share * static_cast<double>(count_))));
    std::uint64_t below = 0;
    std::size_t step = 0;
    for (; step < kSteps; ++step) {
        below += steps_[step];
        if (below >= rank) break;
    }
    return std::clamp(middle_of(step), least_, most_);
}

}  // namespace samovar::scheduler
