// Worlds unlike the trace that taught the forecast: it may cost little more than the better of two
// rules that know nothing.

#include <gtest/gtest.h>

#include "scheduler/simulate/replay.hpp"
#include "tests/unit/scheduler/forecast/arrivals.hpp"

namespace samovar::scheduler {
namespace {

using namespace arrivals;

constexpr int kKeepAlive = 10;
constexpr int kWeek = 7 * kDay;

// Of `forecast`, in units of the better of never keeping and the configured keep-alive.
double regret(const CalledMinutes& world, const Price& price) {
    Replay replay({fixed_policy(0), fixed_policy(kKeepAlive),
                   forecast_policy({.price = price, .keep_alive = kKeepAlive})});
    replay.add(world);
    const std::vector<Outcome> came = replay.outcomes();
    return came[2].cost(price) / std::min(came[0].cost(price), came[1].cost(price));
}

struct World {
    const char* name;
    CalledMinutes minutes;
};
void PrintTo(const World& world, std::ostream* out) {
    *out << world.name;
}

class Worlds : public testing::TestWithParam<World> {};

TEST_P(Worlds, CostAtMostATenthMoreThanTheBetterOfNeverAndKeepAlive) {
    for (const double price : {0.001, 0.005, 0.02, 0.1})
        for (const double load : {0.0, 0.05, 0.5})
            EXPECT_LE(regret(GetParam().minutes, {.idle_minute = price, .load = load}), 1.1)
                << "price " << price << ", load " << load;
}

INSTANTIATE_TEST_SUITE_P(
    Arrivals, Worlds,
    testing::Values(
        World{"EveryTwoMinutes", timer(kWeek, 2)}, World{"EveryFiveMinutes", timer(kWeek, 5, 3)},
        World{"EverySevenMinutes", timer(kWeek, 7)}, World{"EveryFifteenMinutes", timer(kWeek, 15)},
        World{"EveryHalfHour", timer(kWeek, 30, 11)}, World{"EveryHour", timer(kWeek, 60, 59)},
        World{"EveryNinetyMinutes", timer(kWeek, 90)}, World{"EverySixHours", timer(kWeek, 360)},
        World{"EveryDay", timer(4 * kWeek, kDay, 600)},
        World{"LateTimer", late_timer(kWeek, 30, 5, 1)},
        World{"RarePoisson", poisson(4 * kWeek, 0.002, 2)},
        World{"SlowPoisson", poisson(kWeek, 0.01, 3)},
        World{"MiddlingPoisson", poisson(kWeek, 0.05, 4)},
        World{"FastPoisson", poisson(kWeek, 0.3, 5)},
        World{"ShortBursts", bursts(kWeek, 300, 5, 0.8, 6)},
        World{"LongBursts", bursts(kWeek, 300, 60, 0.3, 7)},
        World{"RareBursts", bursts(4 * kWeek, 1500, 20, 0.8, 8)},
        World{"QuietNights", day_and_night(kWeek, 0.1, 0, 9)},
        World{"BusyDays", day_and_night(kWeek, 0.5, 0.001, 10)},
        World{"TimerThatSlowsDown", joined(timer(kWeek, 15), timer(kWeek, 60))},
        World{"TimerThatMoves", joined(timer(kWeek, 60), timer(kWeek, 60, 37))},
        World{"CallsThatCease", joined(poisson(kWeek, 0.1, 11), CalledMinutes(kWeek))},
        World{"CallsThatBegin", joined(poisson(kWeek, 0.002, 12), poisson(kWeek, 0.1, 13))}),
    [](const auto& world) { return std::string(world.param.name); });

}  // namespace
}  // namespace samovar::scheduler
