#pragma once
#include <array>
#include <cstddef>

#include "scheduler/forecast/call_rate.hpp"
#include "scheduler/forecast/scales.hpp"

namespace samovar::scheduler {

inline constexpr std::size_t kOwnGapClasses = 6;  // of History::own_gap_class()
inline constexpr std::size_t kRecentGaps = 16;

// What one model remembers of its calls: a few thousand bytes, however long it is watched. Plain
// numbers, which Forecast alone changes. A "minute with a call" has one call or more.
struct History {
    float calls = 0;    // minutes with a call
    float watched = 0;  // minutes since the first call, those unseen left out
    float age = 0;      // minutes from the last call to the last minute, 0: it was called in it

    // Gaps are minutes between two minutes with a call.
    float previous_gap = 0, gap_before = 0;
    float typical_gap = 0;  // mean of about the last 20
    // Mean and variance of their binary logarithms, of about the last 10.
    float log_gap = 0, log_gap_variance = 0.5f;
    std::array<float, kRecentGaps> recent_gaps{};  // a ring; 0: none yet
    float next_recent_gap = 0;                     // where in it the next one goes

    // Calls a minute, with half a memory of about 20 minutes and of about 3 hours. They start where
    // most models do.
    float rate_30 = 0.03f, rate_240 = 0.01f;

    std::array<CallRate, kMinutesPerHour> by_clock{};  // by minute of the hour (UTC)
    std::array<CallRate, kAges> by_age{};
    std::array<CallRate, kAges * kOwnGapClasses> by_age_and_gap{};

    bool ever_called() const noexcept { return calls > 0; }
    // Of previous_gap: up to 3 minutes, 15, 63, 255, 1023, more.
    std::size_t own_gap_class() const noexcept;

    // Minutes that nobody watched (the daemon was away): older, and no wiser.
    void skip(Minute minutes) noexcept;
    // The next minute, `minute`, came to its end.
    void observe(Minute minute, bool called) noexcept;

  private:
    void note_gap(float gap) noexcept;
};

// The minute of the hour of any minute, also of one before the epoch.
std::size_t minute_of_hour(Minute minute) noexcept;

}  // namespace samovar::scheduler
