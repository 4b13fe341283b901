#pragma once
// Where a model stands: which cells of the population's tables speak for it, and which weights
// weigh what is said. Pure functions.

#include "scheduler/forecast/history.hpp"
#include "scheduler/forecast/population.hpp"

namespace samovar::scheduler {

// A place in each table of Population.
struct PopulationCell {
    std::size_t gaps = 0, two_gaps = 0, rates = 0, rhythm = 0;
};

// What only a call changes.
struct Habits {
    std::size_t typical_gap = kUnknownGap, previous_gap = kUnknownGap, gap_before = kUnknownGap;
    std::size_t own_gap = 0;  // History::own_gap_class()
    std::size_t spread = 0;   // how wide the gaps spread: from 0 (a timer), a quarter octave each
    std::size_t experience = 0;  // called once, up to 7 times, up to 31, more
};
Habits habits_of(const History& history) noexcept;

// The age over the usual gap, in thirds of an octave, 15 where they are equal.
std::size_t rhythm_ratio(const History& history, double age) noexcept;

// At an age of that bucket and ratio, and with calls a minute as they will be then.
PopulationCell cell_of(const Habits& habits, std::size_t bucket, std::size_t ratio, double rate_30,
                       double rate_240) noexcept;

// A set of each kind in MixingWeights.
struct WeightSets {
    std::size_t age = 0, gap = 0, evidence = 0;
};

// `watched`: minutes that the model itself was watched at this age; `gaps`: how many of its last
// gaps lasted as long, weighted.
WeightSets sets_of(const Habits& habits, double age, std::size_t ratio, double watched,
                   double gaps) noexcept;

}  // namespace samovar::scheduler
