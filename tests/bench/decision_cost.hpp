#pragma once
#include <vector>

#include "scheduler/forecast/scales.hpp"

namespace samovar::bench {

// Microseconds.
struct DecisionCost {
    double decision_p50 = 0, decision_p99 = 0;  // GuardedForecast::wants_hot()
    double observe_p50 = 0, observe_p99 = 0;    // GuardedForecast::observe()
};

// With 1000 models that live through the functions of a trace, at terms that look ahead.
DecisionCost decision_cost(const std::vector<scheduler::CalledMinutes>& functions, bool quick);

}  // namespace samovar::bench
