#include "client/cli/bench/level.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace samovar::cli {
namespace {

using namespace std::chrono_literals;

Call done(std::chrono::nanoseconds due, std::chrono::nanoseconds took) {
    return {due, due + took, Call::End::done, {}};
}

LevelTerms terms(std::optional<std::chrono::nanoseconds> objective = {}) {
    return {.warm_up = 1s, .measured = 10s, .percentile = 90, .objective = objective};
}

TEST(Level, WhatWasDueInTheWarmUpOrAfterTheEndIsNotCounted) {
    const std::vector<Call> calls{done(0s, 900ms), done(1s, 1ms), done(10s, 2ms), done(11s, 1ms)};
    const LevelReport report = report_of(calls, terms());
    EXPECT_EQ(report.calls, 2U);
    EXPECT_EQ(report.percentile.value, 2e6);
}

TEST(Level, ACallThatWasDueInTimeCountsHoweverLateItsAnswerIs) {
    const LevelReport report = report_of(std::vector{done(10s, 30s)}, terms());
    EXPECT_EQ(report.percentile.value, 30e9);
    EXPECT_EQ(report.rate.value, 0) << "it was answered after the end";
}

TEST(Level, TheRateIsOfAnswersInTheMeasuredTime) {
    std::vector<Call> calls;
    for (int i = 0; i < 240; ++i)
        calls.push_back(done(i * 50ms, 50ms));
    EXPECT_NEAR(report_of(calls, terms()).rate.value, 20, 0.01);
}

TEST(Level, RefusalsAreCountedApart) {
    std::vector<Call> calls(6, done(2s, 1ms));
    calls[1].end = calls[2].end = Call::End::busy;
    calls[3].end = Call::End::too_late;
    calls[4].end = Call::End::failed;
    const LevelReport report = report_of(calls, terms());
    EXPECT_EQ(report.calls, 6U);
    EXPECT_EQ(report.done, 2U);
    EXPECT_EQ(report.busy, 2U);
    EXPECT_EQ(report.too_late, 1U);
    EXPECT_EQ(report.failed, 1U);
}

TEST(Level, TheTimeToARefusalIsOfRefusalsAlone) {
    std::vector<Call> calls{done(2s, 1s), done(2s, 3ms), done(2s, 9s)};
    calls[1].end = Call::End::busy;
    calls[2].end = Call::End::failed;
    EXPECT_EQ(report_of(calls, terms()).refusal, 3e6);
}

TEST(Level, ARefusedCallDoesNotMeetTheObjective) {
    std::vector<Call> calls(10, done(2s, 1ms));
    calls[0].end = Call::End::busy;
    EXPECT_TRUE(report_of(calls, terms(5ms)).held) << "nine of ten is p90";
    calls[1].end = Call::End::too_late;
    EXPECT_FALSE(report_of(calls, terms(5ms)).held);
}

TEST(Level, WhereNobodyCalledNothingHolds) {
    EXPECT_FALSE(report_of({}, terms(5ms)).held);
    EXPECT_TRUE(report_of({}, terms()).held) << "there is no objective";
}

TEST(Level, QueueDeviceAndOverheadMakeUpTheMean) {
    Call call = done(2s, 20ms);
    call.timings = {
        .queued = 4ms, .prepared = 1ms, .inferred = 6ms, .finished = 1ms, .total = 18ms};
    LevelTerms wanted = terms();
    wanted.least_hand_over = 1ms;
    const LevelReport report = report_of(std::vector{call, call}, wanted);
    EXPECT_DOUBLE_EQ(report.device, 8e6);
    EXPECT_DOUBLE_EQ(report.queue, 9e6) << "4 in the daemon, and 5 of the 6 between the two";
    EXPECT_DOUBLE_EQ(report.overhead, 3e6);
    EXPECT_DOUBLE_EQ(report.mean, report.queue + report.device + report.overhead);
}

}  // namespace
}  // namespace samovar::cli
