#include "scheduler/forecast/history.hpp"

#include <algorithm>
#include <bit>

#include "scheduler/forecast/logistic.hpp"

namespace samovar::scheduler {
namespace {

// Counts and ages stop here: 31 years, and the last integers that a float holds exactly.
constexpr float kMost = 16'777'215.0f;

// Minutes after which the past counts half, see CallRate.
constexpr float kClockMemory = 16;  // hours, as each minute of the hour comes once in one
constexpr float kAgeMemory = 200;
constexpr float kAgeAndGapMemory = 100;

constexpr float kTypicalGaps = 20;
constexpr float kLogGaps = 10;

void add(float& sum, float more) noexcept {
    sum = std::min(kMost, sum + more);
}

void approach(float& mean, float value, float weight) noexcept {
    mean += (value - mean) * weight;
}

}  // namespace

std::size_t minute_of_hour(Minute minute) noexcept {
    const Minute phase = minute % kMinutesPerHour;
    return static_cast<std::size_t>(phase < 0 ? phase + kMinutesPerHour : phase);
}

std::size_t History::own_gap_class() const noexcept {
    const auto width = std::bit_width(static_cast<unsigned>(previous_gap));
    return std::min(kOwnGapClasses - 1,
                    static_cast<std::size_t>(width) * (kOwnGapClasses - 1) / 11);
}

void History::skip(Minute minutes) noexcept {
    if (ever_called()) add(age, static_cast<float>(std::min(minutes, static_cast<Minute>(kMost))));
}

void History::note_gap(float gap) noexcept {
    gap_before = previous_gap;
    previous_gap = gap;
    approach(typical_gap, gap, 1 / std::min(calls, kTypicalGaps));
    const auto octaves = static_cast<float>(binary_log(double{gap}));
    if (calls < 2) {
        log_gap = octaves;
    } else {
        const float off = octaves - log_gap;
        const float weight = 1 / std::min(calls, kLogGaps);
        approach(log_gap_variance, off * off, weight);
        approach(log_gap, octaves, weight);
    }
    recent_gaps[static_cast<std::size_t>(next_recent_gap)] = gap;
    next_recent_gap = next_recent_gap + 1 < kRecentGaps ? next_recent_gap + 1 : 0;
}

void History::observe(Minute minute, bool called) noexcept {
    CallRate& clock = by_clock[minute_of_hour(minute)];
    if (!ever_called()) {
        if (!called) return;
        calls = 1;
        clock.observe(true, kClockMemory);
        return;
    }
    add(age, 1);
    add(watched, 1);
    const std::size_t bucket = age_bucket(double{age});
    by_age[bucket].observe(called, kAgeMemory);
    by_age_and_gap[bucket * kOwnGapClasses + own_gap_class()].observe(called, kAgeAndGapMemory);
    clock.observe(called, kClockMemory);
    approach(rate_30, called ? 1.0f : 0.0f, 1.0f / 30);
    approach(rate_240, called ? 1.0f : 0.0f, 1.0f / 240);
    if (!called) return;
    note_gap(age);
    add(calls, 1);
    age = 0;
}

}  // namespace samovar::scheduler
