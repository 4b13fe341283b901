#include "tests/bench/self_made.hpp"

#include <algorithm>
#include <vector>

#include "scheduler/simulate/replay.hpp"
#include "tests/unit/scheduler/forecast/arrivals.hpp"

namespace samovar::bench {
namespace {

using namespace scheduler;
using namespace scheduler::arrivals;

constexpr int kKeepAlive = 10, kWeek = 7 * kDay;
constexpr double kTooMuch = 1.1;
constexpr double kFewest = 15, kMany = 30;  // cold starts that the better rule costs

std::vector<CalledMinutes> worlds(unsigned seed) {
    unsigned next = 1000 * seed;
    const auto one = [&next] { return next += 2; };  // bursts take two
    std::vector<CalledMinutes> made;
    for (const double chance : {0.002, 0.005})
        made.push_back(poisson(4 * kWeek, chance, one()));
    for (const double chance : {0.01, 0.02, 0.05, 0.1, 0.3})
        made.push_back(poisson(kWeek, chance, one()));
    made.push_back(bursts(kWeek, 300, 5, 0.8, one()));
    made.push_back(bursts(kWeek, 300, 60, 0.3, one()));
    made.push_back(bursts(4 * kWeek, 1500, 20, 0.8, one()));
    made.push_back(bursts(4 * kWeek, 2000, 200, 0.3, one()));
    made.push_back(day_and_night(kWeek, 0.1, 0, one()));
    made.push_back(day_and_night(kWeek, 0.5, 0.001, one()));
    made.push_back(late_timer(kWeek, 30, 5, one()));
    made.push_back(late_timer(kWeek, 60, 20, one()));
    made.push_back(joined(poisson(kWeek, 0.1, one()), CalledMinutes(kWeek)));
    made.push_back(joined(poisson(kWeek, 0.002, one()), poisson(kWeek, 0.1, one())));
    return made;
}

void add(Regret& sum, const CalledMinutes& world, const Price& price) {
    Replay replay({fixed_policy(0), fixed_policy(kKeepAlive),
                   forecast_policy({.price = price, .keep_alive = kKeepAlive})});
    replay.add(world);
    const std::vector<Outcome> came = replay.outcomes();
    const double better = std::min(came[0].cost(price), came[1].cost(price));
    const double in_cold_starts = better * price.idle_minute;
    if (in_cold_starts < kFewest) return;
    const double regret = came[2].cost(price) / better;
    ++sum.cases;
    if (regret > kTooMuch) ++sum.above;
    sum.worst = std::max(sum.worst, regret);
    if (in_cold_starts >= kMany) sum.worst_of_long = std::max(sum.worst_of_long, regret);
    sum.mean += (regret - sum.mean) / static_cast<double>(sum.cases);
}

}  // namespace

Regret regret_of_self_made(unsigned first_seed, unsigned seeds) {
    Regret sum;
    for (unsigned seed = first_seed; seed < first_seed + seeds; ++seed)
        for (const CalledMinutes& world : worlds(seed))
            for (const double price : {0.001, 0.005, 0.02, 0.05, 0.1})
                for (const double load : {0.0, 0.05, 0.5})
                    add(sum, world, {.idle_minute = price, .load = load});
    return sum;
}

}  // namespace samovar::bench
