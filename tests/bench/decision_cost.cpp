#include "tests/bench/decision_cost.hpp"

#include <algorithm>
#include <chrono>

#include "scheduler/forecast/guarded_forecast.hpp"

namespace samovar::bench {
namespace {

using namespace scheduler;
using Clock = std::chrono::steady_clock;

constexpr std::size_t kModels = 1000;
// Loads that cost something and take a minute make the rule look furthest.
constexpr Terms kTerms{.price = {.idle_minute = 0.01, .load = 0.05}, .keep_alive = 10, .ahead = 1};

double microseconds_since(Clock::time_point begin) {
    return std::chrono::duration<double, std::micro>(Clock::now() - begin).count();
}

double quantile(std::vector<double>& values, double share) {
    const auto place = values.begin() +
                       static_cast<std::ptrdiff_t>(share * static_cast<double>(values.size() - 1));
    std::nth_element(values.begin(), place, values.end());
    return *place;
}

}  // namespace

DecisionCost decision_cost(const std::vector<CalledMinutes>& functions, bool quick) {
    const std::size_t minutes = quick ? 30 : functions.front().size();
    std::vector<GuardedForecast> models(kModels);
    std::vector<char> hot(kModels);
    std::vector<double> decisions, observations;
    for (std::size_t minute = 0; minute < minutes; ++minute)
        for (std::size_t i = 0; i < kModels; ++i) {
            const auto asked = Clock::now();
            const bool wanted = models[i].wants_hot(hot[i] != 0, kTerms);
            decisions.push_back(microseconds_since(asked));
            const bool called = functions[i % functions.size()][minute];
            hot[i] = wanted || called;
            const auto told = Clock::now();
            models[i].observe(static_cast<Minute>(minute), called, kTerms);
            observations.push_back(microseconds_since(told));
        }
    return {.decision_p50 = quantile(decisions, 0.5),
            .decision_p99 = quantile(decisions, 0.99),
            .observe_p50 = quantile(observations, 0.5),
            .observe_p99 = quantile(observations, 0.99)};
}

}  // namespace samovar::bench
