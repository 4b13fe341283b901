#include "scheduler/residency/latencies.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

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
    total_ += time;
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

Duration Latencies::mean() const {
    return count_ == 0 ? Duration{} : total_ / static_cast<Duration::rep>(count_);
}

LatencyCounts Latencies::counts() const {
    LatencyCounts all{{}, {}, least_, most_, total_};
    for (std::size_t step = 0; step < steps_.size(); ++step) {
        if (steps_[step] == 0) continue;
        all.steps.push_back(static_cast<std::uint8_t>(step));
        all.counts.push_back(steps_[step]);
    }
    return all;
}

Latencies Latencies::of(const LatencyCounts& counts) {
    Latencies all;
    const std::size_t most = std::min(counts.steps.size(), counts.counts.size());
    if (most == 0) return all;
    all.steps_.resize(kSteps);
    for (std::size_t i = 0; i < most; ++i) {
        std::uint32_t& step = all.steps_[counts.steps[i]];
        all.count_ += counts.counts[i] - std::exchange(step, counts.counts[i]);
    }
    all.least_ = std::max(counts.least, Duration::zero());
    all.most_ = std::max(counts.most, all.least_);
    all.total_ = std::max(counts.total, Duration::zero());
    return all;
}

}  // namespace samovar::scheduler
