// The pieces of the forecast, each by itself.

#include <gtest/gtest.h>

#include <cmath>

#include "scheduler/forecast/guarded_forecast.hpp"
#include "scheduler/forecast/logistic.hpp"
#include "scheduler/forecast/train/trainer.hpp"
#include "tests/unit/scheduler/forecast/arrivals.hpp"

namespace samovar::scheduler {
namespace {

using namespace std::chrono_literals;

TEST(Logistic, LogarithmAndExponentialAreThoseOfTheLibrary) {
    for (double x = 1e-8; x < 1e8; x *= 1.07)
        EXPECT_NEAR(natural_log(x), std::log(x), 1e-11) << x;
    for (double x = -30; x < 30; x += 0.013)
        EXPECT_NEAR(exponential(x) / std::exp(x), 1, 1e-11) << x;
}

TEST(Logistic, SquashUndoesStretch) {
    for (double chance = 2e-6; chance < 1; chance *= 1.3)
        EXPECT_NEAR(squash(stretch(chance)), chance, 1e-9);
    EXPECT_EQ(squash(1e9), 1 - kLeastChance);
    EXPECT_EQ(stretch(0), stretch(kLeastChance));
}

TEST(Scales, EveryNumberFindsAPlace) {
    for (double x = 0; x < 1e9; x = x * 1.5 + 1) {
        EXPECT_LT(age_bucket(x), kAges);
        EXPECT_LT(gap_class(x), kUnknownGap);
        EXPECT_LT(rate_class(1 / (1 + x)), kRateClasses);
    }
    EXPECT_EQ(minute_of_hour(-1), 59u);
    EXPECT_EQ(minute_of_hour(125), 5u);
}

TEST(CallRate, IsShrunkToItsPriorAndForgetsHalfAfterItsMemory) {
    CallRate rate;
    EXPECT_DOUBLE_EQ(rate.estimate(0.2, 3), 0.2);
    rate.observe(true, 2);
    rate.observe(false, 2);
    EXPECT_DOUBLE_EQ(rate.estimate(0, 2), 0.25);
    rate.observe(false, 2);
    EXPECT_EQ(rate.minutes, 2);
    EXPECT_EQ(rate.calls, 0.5f);
}

// The chance of each of the coming minutes, and none behind them.
std::function<double(int)> chances(std::vector<double> known) {
    return [known = std::move(known)](int minute) {
        const auto at = static_cast<std::size_t>(minute);
        return at < known.size() ? known[at] : 0.0;
    };
}

TEST(PriceRule, AModelIsHotWhereTheOddsAreAtLeastThePrice) {
    const Price price{.idle_minute = 0.25};
    EXPECT_TRUE(worth_being_hot(false, price, 0, chances({0.2001})));
    EXPECT_FALSE(worth_being_hot(false, price, 0, chances({0.1999})));
    EXPECT_FALSE(worth_being_hot(true, price, 0, chances({0.1999, 0.9})));
}

TEST(PriceRule, ALoadOnItsWayMustBeginInTime) {
    const Price price{.idle_minute = 0.25};
    EXPECT_FALSE(worth_being_hot(false, price, 2, chances({0, 0, 0, 0.9})));
    EXPECT_TRUE(worth_being_hot(false, price, 3, chances({0, 0, 0, 0.9})));
}

TEST(PriceRule, WhereLoadsCostAHotModelIsKeptForACallThatComesSoon) {
    const Price price{.idle_minute = 0.1, .load = 0.5};  // a load is five idle minutes
    const auto soon = chances({0, 0, 0, 0.99});
    EXPECT_TRUE(worth_being_hot(true, price, 0, soon));
    EXPECT_FALSE(worth_being_hot(false, price, 0, soon));
    EXPECT_FALSE(worth_being_hot(true, price, 0, chances({0, 0, 0, 0, 0, 0, 0, 0.99})));
}

TEST(PriceRule, WhereLoadsCostAColdModelIsNotLoadedForAPassingChance) {
    const auto passing = chances({0.15});
    EXPECT_TRUE(worth_being_hot(false, {.idle_minute = 0.1}, 0, passing));
    EXPECT_FALSE(worth_being_hot(false, {.idle_minute = 0.1, .load = 0.5}, 0, passing));
    EXPECT_TRUE(worth_being_hot(true, {.idle_minute = 0.1, .load = 0.5}, 0, passing));
}

constexpr std::uint64_t kGiga = 1u << 30;

TEST(AutomaticPrice, GrowsWithTheBytesHeldAndFallsWithTheWaitForALoad) {
    const double price = automatic_price(kGiga, 10 * kGiga, 6s);
    EXPECT_NEAR(price, 0.1 * 60 / 600, 1e-12);
    EXPECT_GT(automatic_price(2 * kGiga, 10 * kGiga, 6s), price);
    EXPECT_LT(automatic_price(kGiga, 10 * kGiga, 12s), price);
}

TEST(AutomaticPrice, StaysWithinItsBounds) {
    EXPECT_EQ(automatic_price(1, kGiga, 60s), kLeastPrice);
    EXPECT_EQ(automatic_price(kGiga, kGiga, 0s), kMostPrice);
    EXPECT_EQ(automatic_price(1, 0, 1s), kMostPrice);
}

TEST(MinutesAhead, AreWholeMinutesRoundedUpAndNoneForALoadBelowASecond) {
    EXPECT_EQ(minutes_ahead(900ms), 0);
    EXPECT_EQ(minutes_ahead(1s), 1);
    EXPECT_EQ(minutes_ahead(61s), 2);
    EXPECT_EQ(minutes_ahead(24h), kMostAhead);
}

TEST(Ledger, FollowsTheForecastUntilItHasCostClearlyMore) {
    Ledger ledger;
    const Price price{.idle_minute = 0.1};
    for (int call = 0; call < 5; ++call)
        ledger.settle({false, true, false}, true);
    ledger.judge(price);
    EXPECT_EQ(ledger.follows(), Guide::keep_alive);
}

TEST(Ledger, ReturnsToTheForecastOnceItWouldHaveBeenBetter) {
    Ledger ledger;
    const Price price{.idle_minute = 0.1};
    for (int call = 0; call < 5; ++call)
        ledger.settle({false, true, false}, true);
    ledger.judge(price);
    for (int minute = 0; minute < 100; ++minute)
        ledger.settle({false, true, false}, false);
    ledger.judge(price);
    EXPECT_EQ(ledger.follows(), Guide::never) << "which cost as many cold starts as the forecast";
    for (int call = 0; call < 20; ++call)
        ledger.settle({true, true, false}, true);
    ledger.judge(price);
    EXPECT_EQ(ledger.follows(), Guide::forecast);
}

TEST(Population, TheShippedOneHasWholeTables) {
    const Population& shipped = shipped_population();
    EXPECT_EQ(shipped.by_gaps.size(), kGapsCells);
    EXPECT_EQ(shipped.by_rhythm.size(), kRhythmCells);
    EXPECT_EQ(shipped.weights.by_evidence.size(), kEvidenceSets);
}

TEST(Population, APackedOneThatIsNotWholeIsRefused) {
    EXPECT_THROW(unpack_population({{0}, {0}}), std::invalid_argument);
}

TEST(Trainer, TheSameTraceTeachesTheSameNumbers) {
    const std::vector<CalledMinutes> models{
        arrivals::timer(500, 15), arrivals::poisson(500, 0.1, 1),
        arrivals::bursts(500, 60, 10, 0.5, 2), arrivals::timer(500, 60, 5)};
    const PackedPopulation once = train_population(models), again = train_population(models);
    EXPECT_EQ(once.chances, again.chances);
    EXPECT_EQ(once.weights, again.weights);
    EXPECT_NO_THROW(unpack_population(once));
}

}  // namespace
}  // namespace samovar::scheduler
