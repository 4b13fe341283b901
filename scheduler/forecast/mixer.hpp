#pragma once
#include "scheduler/forecast/estimates.hpp"

namespace samovar::scheduler {

// How fast a model's own weights follow what comes. Chosen by cross-validation on the trace.
inline constexpr double kOwnLearningRate = 0.004;

// Beyond this a weight says nothing new, and a model that is odd for months must not run away.
inline constexpr double kMostWeight = 16;

// The chance of a call: the estimates, weighted in the domain of odds, as context-mixing
// compressors do (Mahoney, "Adaptive Weighing of Context Models for Lossless Data Compression",
// 2005). `own` are the model's own weights, on top of the population's.
double mix(const MixingWeights& shared, const Weights& own, const Estimates& estimates) noexcept;

// One step down the slope of the coding loss: weights that would have said more of what happened.
void learn(Weights& weights, const Estimates& estimates, double chance, bool called,
           double rate) noexcept;

}  // namespace samovar::scheduler
