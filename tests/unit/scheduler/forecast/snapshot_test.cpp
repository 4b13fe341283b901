#include "scheduler/forecast/snapshot.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>

#include "scheduler/forecast/guarded_forecast.hpp"
#include "tests/unit/scheduler/forecast/arrivals.hpp"

namespace samovar::scheduler {
namespace {

constexpr Terms kTerms{.price = {.idle_minute = 0.02, .load = 0.05}};

GuardedForecast watched(const CalledMinutes& world) {
    GuardedForecast made;
    for (std::size_t i = 0; i < world.size(); ++i)
        made.observe(static_cast<Minute>(i), world[i], kTerms);
    return made;
}

std::string refusal(const ForecastSnapshot& snapshot) {
    try {
        GuardedForecast::restore(snapshot);
    } catch (const std::invalid_argument& fault) {
        return fault.what();
    }
    return "";
}

TEST(ForecastSnapshot, WhatIsRestoredKnowsWhatWasKept) {
    const GuardedForecast before = watched(arrivals::bursts(5000, 100, 10, 0.5, 1));
    const GuardedForecast after = GuardedForecast::restore(before.snapshot());
    EXPECT_EQ(after.snapshot().numbers, before.snapshot().numbers);
    EXPECT_NEAR(after.forecast().chance(), before.forecast().chance(), 1e-6);
}

TEST(ForecastSnapshot, WhatIsRestoredGoesOnFromThere) {
    GuardedForecast before = watched(arrivals::timer(2000, 30));
    GuardedForecast after = GuardedForecast::restore(before.snapshot());
    for (Minute minute = 2000; minute < 2400; ++minute) {
        ASSERT_EQ(before.wants_hot(false, kTerms), after.wants_hot(false, kTerms)) << minute;
        before.observe(minute, minute % 30 == 0, kTerms);
        after.observe(minute, minute % 30 == 0, kTerms);
    }
}

TEST(ForecastSnapshot, ANewForecastHasOneAsWell) {
    EXPECT_EQ(GuardedForecast::restore(GuardedForecast().snapshot()).forecast().chance(), 0);
}

TEST(ForecastSnapshot, HasAlwaysAsManyNumbers) {
    EXPECT_EQ(GuardedForecast().snapshot().numbers.size(), snapshot_numbers());
    EXPECT_EQ(watched(arrivals::timer(2000, 30)).snapshot().numbers.size(), snapshot_numbers());
}

TEST(ForecastSnapshot, AnotherVersionIsRefused) {
    ForecastSnapshot snapshot = GuardedForecast().snapshot();
    snapshot.version = 7;
    EXPECT_THAT(refusal(snapshot), testing::HasSubstr("version 7"));
}

TEST(ForecastSnapshot, OneNumberTooFewIsRefused) {
    ForecastSnapshot snapshot = GuardedForecast().snapshot();
    snapshot.numbers.pop_back();
    EXPECT_THAT(refusal(snapshot), testing::HasSubstr("numbers and not"));
}

TEST(ForecastSnapshot, AMinuteBeyondAllCalendarsIsRefused) {
    ForecastSnapshot snapshot = GuardedForecast().snapshot();
    snapshot.minute = std::numeric_limits<Minute>::min();
    EXPECT_THAT(refusal(snapshot), testing::HasSubstr("beyond all calendars"));
}

// Whatever a broken file holds: an error, or a forecast that can be used.
TEST(ForecastSnapshot, NoNumberAtAnyPlaceIsMoreThanAnError) {
    const ForecastSnapshot good = watched(arrivals::bursts(3000, 60, 10, 0.5, 2)).snapshot();
    for (const float garbage : {-1.0f, 0.5f, 3e8f, 1e30f, std::numeric_limits<float>::infinity(),
                                std::numeric_limits<float>::quiet_NaN()})
        for (std::size_t i = 0; i < good.numbers.size(); ++i) {
            ForecastSnapshot bad = good;
            bad.numbers[i] = garbage;
            try {
                GuardedForecast forecast = GuardedForecast::restore(bad);
                forecast.observe(good.minute + 1, true, kTerms);
                EXPECT_GE(forecast.forecast().chance(), 0);
                EXPECT_LE(forecast.forecast().chance(), 1);
            } catch (const std::invalid_argument& fault) {
                EXPECT_NE(std::string(fault.what()), "");
            }
        }
}

}  // namespace
}  // namespace samovar::scheduler
