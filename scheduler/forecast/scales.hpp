#pragma once
// The coarse scales on which the forecast keeps its counts. Pure functions.

#include <cstddef>
#include <cstdint>
#include <vector>

namespace samovar::scheduler {

// Minutes since some epoch: Unix's in the daemon (UTC), the first column in a trace. What matters
// is that minute 60 k begins an hour.
using Minute = std::int64_t;

// Whether a model is called, minute by minute from minute 0.
using CalledMinutes = std::vector<bool>;

inline constexpr int kMinutesPerHour = 60;
inline constexpr std::size_t kAges = 64;         // buckets of age_bucket()
inline constexpr std::size_t kGapClasses = 16;   // of gap_class(), and kUnknownGap
inline constexpr std::size_t kUnknownGap = 15;   // not called often enough to have one
inline constexpr std::size_t kRateClasses = 12;  // of rate_class()

// Minutes since the last call, from 1: each of its own up to 16, then six an octave.
std::size_t age_bucket(double minutes) noexcept;
// Minutes between calls: three classes in two octaves, the last from 610 minutes up.
std::size_t gap_class(double minutes) noexcept;
// Calls a minute, from 1/2000 to 1: 1.6 classes an octave.
std::size_t rate_class(double rate) noexcept;

}  // namespace samovar::scheduler
