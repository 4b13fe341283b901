#include "client/cli/run/memory_budget.hpp"

#include <gtest/gtest.h>

#include <future>

namespace samovar::cli {
namespace {

TEST(MemoryBudget, ATakenShareComesBackWithItsEnd) {
    MemoryBudget budget(100);
    const std::stop_source stop;
    for (int i = 0; i < 3; ++i) {
        const auto all = budget.take(100, stop.get_token());
        EXPECT_TRUE(all);
    }
    auto first = budget.take(60, stop.get_token());
    const auto second = budget.take(40, stop.get_token());
    EXPECT_TRUE(first && second);
}

TEST(MemoryBudget, WhatDoesNotFitWaitsForWhatIsTaken) {
    MemoryBudget budget(100);
    const std::stop_source stop;
    auto first = budget.take(60, stop.get_token());
    auto second = std::async(std::launch::async,
                             [&] { return budget.take(50, stop.get_token()).has_value(); });
    EXPECT_NE(second.wait_for(std::chrono::milliseconds(20)), std::future_status::ready);
    first.reset();
    EXPECT_TRUE(second.get());
}

TEST(MemoryBudget, MoreThanAllIsTakenAlone) {
    MemoryBudget budget(100);
    const std::stop_source stop;
    auto whole = budget.take(1'000'000, stop.get_token());
    EXPECT_TRUE(whole);
    auto other = std::async(std::launch::async,
                            [&] { return budget.take(1, stop.get_token()).has_value(); });
    EXPECT_NE(other.wait_for(std::chrono::milliseconds(20)), std::future_status::ready);
    whole.reset();
    EXPECT_TRUE(other.get());
}

TEST(MemoryBudget, AStopEndsTheWait) {
    MemoryBudget budget(100);
    std::stop_source stop;
    const auto first = budget.take(100, stop.get_token());
    auto second = std::async(std::launch::async,
                             [&] { return budget.take(1, stop.get_token()).has_value(); });
    stop.request_stop();
    EXPECT_FALSE(second.get());
}

}  // namespace
}  // namespace samovar::cli
