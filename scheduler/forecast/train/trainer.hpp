#pragma once
// Learns a Population from a trace. For ./dev train-forecast and for the benchmark's folds; the
// daemon does not link it.

#include <vector>

#include "scheduler/forecast/population.hpp"

namespace samovar::scheduler {

struct TrainingPlan {
    std::size_t parts = 4;  // of the models; see train_population()
    int passes = 10;
    double rate = 0.001;  // of the first pass
    double decay = 0.8;   // of the rate, from pass to pass
};

// Same models in, same numbers out, bit for bit, on any machine. The weights are learned on parts
// of the models with tables that were counted on the other parts: else they would trust tables that
// have seen the answers. The tables that are returned are counted on all. Needs two models or more.
PackedPopulation train_population(const std::vector<CalledMinutes>& models,
                                  const TrainingPlan& plan = {});

}  // namespace samovar::scheduler
