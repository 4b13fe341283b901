#include "scheduler/forecast/mixer.hpp"

#include <algorithm>

#include "scheduler/forecast/logistic.hpp"

namespace samovar::scheduler {

double mix(const MixingWeights& shared, const Weights& own, const Estimates& estimates) noexcept {
    const Weights& age = shared.by_age[estimates.sets.age];
    const Weights& gap = shared.by_gap[estimates.sets.gap];
    const Weights& evidence = shared.by_evidence[estimates.sets.evidence];
    double sum = age[kEstimators] + gap[kEstimators] + evidence[kEstimators] + own[kEstimators];
    for (std::size_t k = 0; k < kEstimators; ++k)
        sum += (age[k] + gap[k] + evidence[k] + own[k]) * estimates.stretched[k];
    return squash(sum);
}

void learn(Weights& weights, const Estimates& estimates, double chance, bool called,
           double rate) noexcept {
    const double step = rate * ((called ? 1.0 : 0.0) - chance);
    for (std::size_t k = 0; k < kEstimators; ++k)
        weights[k] =
            std::clamp(weights[k] + step * estimates.stretched[k], -kMostWeight, kMostWeight);
    weights[kEstimators] = std::clamp(weights[kEstimators] + step, -kMostWeight, kMostWeight);
}

}  // namespace samovar::scheduler
