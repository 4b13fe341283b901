#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "scheduler/simulate/replay.hpp"
#include "scheduler/simulate/trace.hpp"
#include "tests/unit/scheduler/forecast/arrivals.hpp"

namespace samovar::scheduler {
namespace {

using testing::HasSubstr;

// '#' is a minute with a call.
CalledMinutes minutes(std::string_view text) {
    CalledMinutes made;
    for (const char c : text)
        made.push_back(c == '#');
    return made;
}

Outcome outcome(const PolicyChoice& policy, const std::vector<CalledMinutes>& functions) {
    Replay replay({policy});
    for (const CalledMinutes& function : functions)
        replay.add(function);
    return replay.outcomes().front();
}

TEST(Replay, AFixedPolicyIsHotInTheMinutesAfterACallAndNotInTheCallsOwn) {
    const Outcome came = outcome(fixed_policy(2), {minutes("..#..#...#....")});
    EXPECT_EQ(came.call_minutes, 3u);
    EXPECT_EQ(came.cold_starts, 3u);
    EXPECT_EQ(came.idle_minutes, 6u);
    EXPECT_EQ(came.loads, 3u);
}

TEST(Replay, ACallInAKeptMinuteIsNeitherColdNorIdle) {
    const Outcome came = outcome(fixed_policy(2), {minutes("#.##.#..")});
    EXPECT_EQ(came.cold_starts, 1u);
    EXPECT_EQ(came.idle_minutes, 4u);
    EXPECT_EQ(came.loads, 1u);
}

TEST(Replay, KeepingForNoMinuteMakesEveryCallAColdStart) {
    const Outcome came = outcome(fixed_policy(0), {minutes("##.#")});
    EXPECT_EQ(came.cold_starts, 3u);
    EXPECT_EQ(came.idle_minutes, 0u);
    EXPECT_EQ(came.loads, 3u);
}

TEST(Replay, TheOracleHasNoColdStartAndNoIdleMinuteAndALoadForEachRunOfCalls) {
    const Outcome came = outcome(oracle_policy(), {minutes("#..###.#")});
    EXPECT_EQ(came.cold_starts, 0u);
    EXPECT_EQ(came.idle_minutes, 0u);
    EXPECT_EQ(came.loads, 3u);
}

TEST(Replay, APredicateIsHotWhereItSaysSoAlsoBeforeTheFirstCall) {
    const auto even = predicate_policy("even", [](Minute minute) { return minute % 2 == 0; });
    const Outcome came = outcome(even, {minutes("...##.")});
    EXPECT_EQ(came.cold_starts, 1u);
    EXPECT_EQ(came.idle_minutes, 2u);
    // Minutes 0 and 2, and the cold start in 3, which keeps it hot into 4.
    EXPECT_EQ(came.loads, 3u);
}

TEST(Replay, TheForecastMayLoadBetweenTwoCalls) {
    const Outcome came =
        outcome(forecast_policy({.price = {.idle_minute = 0.05}}), {arrivals::timer(6000, 60)});
    EXPECT_LE(came.cold_starts, 10u);
    EXPECT_GE(came.loads, 90u);
}

TEST(Replay, TheShareOfColdStartsIsThatOfTheThirdQuarterOfFunctions) {
    // Cold in 100, 50, 50 and 25 percent of their call minutes; one is never called.
    const Outcome came = outcome(
        fixed_policy(1),
        {minutes("#..#"), minutes("##"), minutes("##.##.."), minutes("####"), minutes("....")});
    EXPECT_EQ(came.functions, 5u);
    EXPECT_NEAR(came.p75_cold_percent, 62.5, 0.01);
}

TEST(Replay, TheCostAddsIdleMinutesAndColdStartsAndLoadsAtTheirPrices) {
    Outcome came;
    came.cold_starts = 3;
    came.idle_minutes = 7;
    came.loads = 4;
    EXPECT_DOUBLE_EQ(came.cost({.idle_minute = 0.1, .load = 0.5}), 7 + (3 + 0.5 * 4) / 0.1);
}

TEST(Hybrid, ATimerWithinItsRangeIsLoadedJustBeforeItIsDue) {
    const Outcome came = outcome(hybrid_policy(), {arrivals::timer(6000, 60)});
    EXPECT_EQ(came.cold_starts, 1u);
    // From minute 54 to minute 66 of each gap, after the first of which nothing was known.
    EXPECT_LE(came.idle_minutes, 60u + 98 * 6 + 6);
}

TEST(Hybrid, ATimerBeyondItsRangeIsLoadedAroundTheMeanGap) {
    const Outcome came = outcome(hybrid_policy(), {arrivals::timer(6000, 300)});
    EXPECT_EQ(came.cold_starts, 2u);
}

TEST(PolicyText, EachPolicyKeepsTheNameItWasGiven) {
    for (const char* text : {"fixed:10", "hybrid", "oracle", "forecast", "forecast:price=0.02",
                             "forecast:price=0.02,load=0.5", "window:mon-fri 08:00-18:30"})
        EXPECT_EQ(parse_policy(text).name, text);
}

TEST(PolicyText, AWindowBeginsOnAMonday) {
    const auto tuesday = kSomeMonday + std::chrono::hours(24);
    EXPECT_EQ(outcome(parse_policy("window:mon", tuesday), {CalledMinutes(6 * 1440)}).idle_minutes,
              0u);
    const Outcome came = outcome(parse_policy("window:mon 00:00-01:00"), {CalledMinutes(20'000)});
    EXPECT_EQ(came.idle_minutes, 120u);
}

TEST(PolicyText, WhatIsNoPolicyIsRefusedWithWhatCanBeWritten) {
    for (const char* text : {"", "fixed", "fixed:", "fixed:-1", "fixed:ten", "fixed:10 ",
                             "hybrid:1", "oracle:", "forecast:price", "forecast:price=0",
                             "forecast:price=-1", "forecast:price=nan", "forecast:cost=1",
                             "forecast:price=0.1;load=1", "window:", "window:noday", "lru"})
        EXPECT_THAT([&] { parse_policy(text); },
                    testing::ThrowsMessage<std::invalid_argument>(HasSubstr("policy \"")))
            << text;
}

// Reads all of a trace; how often each function is called, or the error.
std::string reading(const std::string& text) {
    std::istringstream stream(text);
    std::string made;
    try {
        InvocationsCsv trace(stream, "t.csv");
        for (CalledMinutes function; trace.next(function);)
            made += std::to_string(std::count(function.begin(), function.end(), true)) + " ";
    } catch (const TraceError& fault) {
        return fault.what();
    }
    return made;
}

TEST(Trace, EachLineIsAFunctionAndEachCountACall) {
    EXPECT_EQ(reading("o,a,f,t,1,2,3\nx,y,z,,0,1,7\nx,y,w,http,0,00,0\r\n"), "2 0 ");
}

TEST(Trace, WhatIsWrongIsSaidWithItsPlaceAndTheWayOut) {
    EXPECT_THAT(reading(""), HasSubstr("t.csv: the file is empty"));
    EXPECT_THAT(reading("o,a,f,t\n"), HasSubstr("t.csv, line 1: there is no minute"));
    EXPECT_THAT(reading("o,a,f,t,1,3\n"),
                HasSubstr("t.csv, line 1, column 6 (minute 2): the heading of minute 2 is \"3\""));
    EXPECT_THAT(reading("o,a,f,t,1,2\nx,y,z,,0,1\nx,y,z,,,1\n"),
                HasSubstr("t.csv, line 3, column 5 (minute 1): the cell is empty"));
    EXPECT_THAT(reading("o,a,f,t,1,2\nx,y,z,,0,-1\n"), HasSubstr("\"-1\" is no count"));
    EXPECT_THAT(reading("o,a,f,t,1,2\nx,y,z,,0\n"),
                HasSubstr("line 2, column 5 (minute 1): the line ends here, 1 columns early"));
    EXPECT_THAT(reading("o,a,f,t,1\nx,y,z,,0,1\n"), HasSubstr("more columns than headings"));
    EXPECT_THAT(reading("o,a,f,t,1\nx,y,z,,\x1b[2J\n"), HasSubstr("\"?[2J\" is no count"));
}

std::vector<Outcome> replayed_excerpt(std::vector<PolicyChoice> policies) {
    std::ifstream file(SAMOVAR_TEST_DATA "/azure2019/excerpt.csv");
    InvocationsCsv trace(file, "excerpt.csv");
    Replay replay(std::move(policies));
    for (CalledMinutes function; trace.next(function);)
        replay.add(function);
    return replay.outcomes();
}

TEST(Trace, TheExcerptOfTheAzureTraceHasItsKnownNumbers) {
    const Outcome came = replayed_excerpt({fixed_policy(10)}).front();
    EXPECT_EQ(came.functions, 8u);
    EXPECT_EQ(came.call_minutes, 639u);
    EXPECT_EQ(came.loads, came.cold_starts);
}

TEST(Trace, APriceOnLoadsMakesForFewerLoads) {
    const auto came = replayed_excerpt(
        {parse_policy("forecast:price=0.01"), parse_policy("forecast:price=0.01,load=0.05")});
    EXPECT_LT(came[1].loads, came[0].loads / 2);
}

}  // namespace
}  // namespace samovar::scheduler
