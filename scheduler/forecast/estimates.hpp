#pragma once
#include <array>

#include "scheduler/forecast/contexts.hpp"
#include "scheduler/forecast/history.hpp"
#include "scheduler/forecast/population.hpp"

namespace samovar::scheduler {

// What the estimators say of one minute.
struct Estimates {
    std::array<double, kEstimators> stretched{};
    PopulationCell cell{};
    WeightSets sets{};  // which of MixingWeights weigh them
};

// The furthest minute that can be asked for; beyond it the recent rates fade no more.
inline constexpr int kFurthest = 60;

// Of the minute `minute`, `ahead` minutes after the next one that `history` waits for, given that
// it is not called until then; `habits` are those of the history. A model that was never called has
// no estimates: do not ask.
Estimates estimate(const History& history, const Habits& habits, const Population& population,
                   Minute minute, int ahead = 0) noexcept;

}  // namespace samovar::scheduler
