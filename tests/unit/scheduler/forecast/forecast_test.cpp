#include <gtest/gtest.h>

#include "scheduler/forecast/guarded_forecast.hpp"
#include "tests/unit/scheduler/forecast/arrivals.hpp"

namespace samovar::scheduler {
namespace {

using namespace arrivals;

constexpr Terms kTerms{.price = {.idle_minute = 0.02}};

struct Watched {
    GuardedForecast forecast;
    std::vector<bool> hot;  // by minute

    // Lets the world pass by.
    explicit Watched(const CalledMinutes& world, const Terms& terms = kTerms) {
        bool now = false;
        for (std::size_t i = 0; i < world.size(); ++i) {
            hot.push_back(forecast.wants_hot(now, terms));
            now = hot.back() || world[i];
            forecast.observe(static_cast<Minute>(i), world[i], terms);
        }
    }
    // Minutes with a call in [from, to) in which it was not hot.
    int cold_starts(const CalledMinutes& world, std::size_t from, std::size_t to) const {
        int count = 0;
        for (std::size_t i = from; i < to; ++i)
            count += world[i] && !hot[i] ? 1 : 0;
        return count;
    }
    int idle_minutes(const CalledMinutes& world, std::size_t from, std::size_t to) const {
        int count = 0;
        for (std::size_t i = from; i < to; ++i)
            count += !world[i] && hot[i] ? 1 : 0;
        return count;
    }
};

TEST(Forecast, AModelThatWasNeverCalledHasNoChanceAndIsNotKeptHot) {
    GuardedForecast forecast;
    for (Minute minute = 0; minute < 100; ++minute)
        forecast.observe(minute, false, kTerms);
    EXPECT_EQ(forecast.forecast().chance(), 0);
    EXPECT_FALSE(forecast.wants_hot(false, {.price = {.idle_minute = 1e-6}}));
}

TEST(Forecast, ATimerIsFoundWithinTenCallsAndMetJustInTime) {
    for (const int period : {5, 15, 30, 60, 90, 240}) {
        const CalledMinutes world = timer(40 * period, period, 3);
        const Watched watched(world);
        const std::size_t from = static_cast<std::size_t>(10 * period);
        EXPECT_EQ(watched.cold_starts(world, from, world.size()), 0) << "every " << period;
        EXPECT_LE(watched.idle_minutes(world, from, world.size()), 30 * 5) << "every " << period;
    }
}

TEST(Forecast, PoissonCallsAreKeptWhereTheChanceIsFarAboveThePriceAndLetGoFarBelow) {
    const CalledMinutes often = poisson(7 * kDay, 0.1, 1), seldom = poisson(7 * kDay, 0.002, 2);
    const Watched kept(often), let_go(seldom);
    const std::size_t from = 2 * kDay, to = often.size();
    EXPECT_GE(kept.idle_minutes(often, from, to), 0.95 * 0.9 * 5 * kDay);
    EXPECT_LE(let_go.idle_minutes(seldom, from, to), 0.05 * 5 * kDay);
}

TEST(Forecast, ABurstIsKeptToItsEnd) {
    const CalledMinutes world = bursts(7 * kDay, 400, 30, 0.7, 3);
    const Watched watched(world);
    const auto calls = std::count(world.begin(), world.end(), true);
    EXPECT_LE(watched.cold_starts(world, 0, world.size()), 0.1 * static_cast<double>(calls));
}

TEST(Forecast, QuietNightsAreNotKept) {
    const CalledMinutes world = day_and_night(7 * kDay, 0.2, 0, 4);
    const Watched watched(world);
    int night = 0;
    for (std::size_t i = 0; i < world.size(); ++i)
        night += watched.hot[i] && (i % kDay < 8 * kHour || i % kDay >= 18 * kHour) ? 1 : 0;
    EXPECT_LE(night, 0.25 * 7 * 14 * kHour);
}

TEST(Forecast, AChangeOfHabitIsFollowedWithinThirtyCalls) {
    const CalledMinutes world = joined(timer(3 * kDay, 15), timer(4 * kDay, 40));
    const Watched watched(world);
    const std::size_t from = 3 * kDay + 30 * 40, to = world.size();
    const int calls = (4 * kDay - 30 * 40) / 40;
    EXPECT_LE(watched.cold_starts(world, from, to), calls / 10);
    EXPECT_LE(watched.idle_minutes(world, from, to), calls * 12);
}

TEST(Forecast, ALoadThatTakesThreeMinutesBeginsThreeMinutesBeforeATimer) {
    Terms slow = kTerms;
    slow.ahead = 3;
    const CalledMinutes world = timer(3 * kDay, 60);
    const Watched watched(world, slow);
    const std::size_t due = 2 * kDay;
    EXPECT_TRUE(watched.hot[due - 3]);
}

TEST(Forecast, TheChanceAheadIsThatOfTheSameMinuteOnceItIsNext) {
    GuardedForecast forecast;
    for (Minute minute = 0; minute <= 600; ++minute)
        forecast.observe(minute, minute % 20 == 0, kTerms);
    const double ahead = forecast.forecast().chance(19);
    EXPECT_GT(ahead, 0.5);
    for (Minute minute = 601; minute < 620; ++minute)
        forecast.observe(minute, false, kTerms);
    EXPECT_NEAR(forecast.forecast().chance(), ahead, 0.1);
}

TEST(Forecast, MinutesThatNobodyWatchedMakeTheLastCallOlderAndTeachNothing) {
    Forecast forecast;
    for (Minute minute = 0; minute <= 100; ++minute)
        forecast.observe(minute, minute % 10 == 0);
    const float watched = forecast.history().watched;
    forecast.observe(100 + 3 * kDay, false);
    EXPECT_EQ(forecast.history().age, 3 * kDay);
    EXPECT_EQ(forecast.history().watched, watched + 1);
}

TEST(Forecast, AClockThatWasSetBackCountsAsTheNextMinute) {
    Forecast forecast;
    for (Minute minute = 1000; minute <= 1100; ++minute)
        forecast.observe(minute, minute == 1100);
    forecast.observe(40, false);
    EXPECT_EQ(forecast.history().age, 1);
    EXPECT_EQ(forecast.last_minute(), 40);
}

TEST(Forecast, SameMinutesMakeTheSameChances) {
    const CalledMinutes world = bursts(kDay, 60, 10, 0.4, 6);
    const Watched one(world), other(world);
    EXPECT_EQ(one.forecast.forecast().chance(), other.forecast.forecast().chance());
}

}  // namespace
}  // namespace samovar::scheduler
