#include "scheduler/forecast/train/trainer.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <stdexcept>

#include "scheduler/forecast/forecast.hpp"
#include "scheduler/forecast/train/tables.hpp"

namespace samovar::scheduler {
namespace {

// Where learning begins: the plain sum of all opinions, thinned.
MixingWeights first_weights() {
    constexpr double kEach = 0.1;
    MixingWeights made;
    for (Weights& weights : made.by_age) {
        weights.fill(kEach);
        weights[kEstimators] = 0;
    }
    return made;
}

// Lets the models pass by, and the weights of `population` learn from each minute. A forecast only
// looks at them, so they may change under it.
void learn_weights(Population& population, const std::vector<const CalledMinutes*>& models,
                   double rate) {
    MixingWeights& weights = population.weights;
    for (const CalledMinutes* model : models) {
        Forecast forecast(population);
        for (std::size_t minute = 0; minute < model->size(); ++minute) {
            const bool called = (*model)[minute];
            const Estimates estimates = forecast.estimates();
            const double chance = forecast.chance();
            const bool asked = forecast.history().ever_called();
            forecast.observe(static_cast<Minute>(minute), called);
            if (!asked) continue;
            learn(weights.by_age[estimates.sets.age], estimates, chance, called, rate);
            learn(weights.by_gap[estimates.sets.gap], estimates, chance, called, rate);
            learn(weights.by_evidence[estimates.sets.evidence], estimates, chance, called, rate);
        }
    }
}

void pack_sets(const std::vector<Weights>& sets, std::vector<std::int16_t>& into) {
    constexpr double kMost = std::numeric_limits<std::int16_t>::max();
    for (const Weights& weights : sets)
        for (const double weight : weights)
            into.push_back(static_cast<std::int16_t>(
                std::lround(std::clamp(weight * kWeightUnit, -kMost, kMost))));
}

std::vector<std::int16_t> pack_weights(const MixingWeights& weights) {
    std::vector<std::int16_t> made;
    pack_sets(weights.by_age, made);
    pack_sets(weights.by_gap, made);
    pack_sets(weights.by_evidence, made);
    return made;
}

}  // namespace

PackedPopulation train_population(const std::vector<CalledMinutes>& models,
                                  const TrainingPlan& plan) {
    if (models.size() < 2 || plan.parts < 2)
        throw std::invalid_argument(
            "a population is learned from two models and two parts, at least");
    MixingWeights weights = first_weights();
    TableCounts all;
    std::vector<Population> others(plan.parts);  // counted without the part of that number
    std::vector<std::vector<const CalledMinutes*>> parts(plan.parts);
    for (std::size_t i = 0; i < models.size(); ++i) {
        all.count(models[i]);
        parts[i % plan.parts].push_back(&models[i]);
    }
    for (std::size_t part = 0; part < plan.parts; ++part) {
        TableCounts counts;
        for (std::size_t i = 0; i < models.size(); ++i)
            if (i % plan.parts != part) counts.count(models[i]);
        others[part] = unpack_population({counts.pack(), pack_weights(weights)});
    }
    double rate = plan.rate;
    for (int pass = 0; pass < plan.passes; ++pass, rate *= plan.decay)
        for (std::size_t part = 0; part < plan.parts; ++part) {
            std::swap(others[part].weights, weights);
            learn_weights(others[part], parts[part], rate);
            std::swap(others[part].weights, weights);
        }
    return {.chances = all.pack(), .weights = pack_weights(weights)};
}

}  // namespace samovar::scheduler
