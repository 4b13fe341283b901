#pragma once
// Self-made arrivals with a known answer, for tests of the forecast. Randomness comes from a seed,
// and from the engine alone: the distributions of the standard library differ between libraries.

#include <cstdint>
#include <functional>
#include <random>

#include "scheduler/forecast/scales.hpp"

namespace samovar::scheduler::arrivals {

inline constexpr int kHour = 60, kDay = 24 * kHour;

// A minute has a call with the chance that `chance` gives it.
CalledMinutes drawn(int minutes, std::uint32_t seed, const std::function<double(int)>& chance);

// The same chance in every minute.
CalledMinutes poisson(int minutes, double chance, std::uint32_t seed);
// Every `period` minutes, from minute `first` on.
CalledMinutes timer(int minutes, int period, int first = 0);
// Each of a timer's calls comes up to `jitter` minutes late.
CalledMinutes late_timer(int minutes, int period, int jitter, std::uint32_t seed);
// A burst begins with chance 1 / `between` in a quiet minute, and lasts `length` minutes, in each
// of which a call comes with chance `inside`.
CalledMinutes bursts(int minutes, int between, int length, double inside, std::uint32_t seed);
// Chance `day` from 08:00 to 18:00, else `night`.
CalledMinutes day_and_night(int minutes, double day, double night, std::uint32_t seed);
// `before` and then `after`.
CalledMinutes joined(CalledMinutes before, const CalledMinutes& after);

}  // namespace samovar::scheduler::arrivals
