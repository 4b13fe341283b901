#include "scheduler/restart_policy.hpp"

#include <gtest/gtest.h>

namespace samovar::scheduler {
namespace {

using namespace std::chrono_literals;

constexpr bool kWasUp = true, kNeverUp = false;

Time at(Duration since_start) {
    return Time{} + 1h + since_start;
}

TEST(RestartPolicy, StartsAgainAtOnceAfterTheFirstDeath) {
    RestartPolicy policy;
    EXPECT_EQ(policy.died(at(0s), kWasUp), at(0s));
}

TEST(RestartPolicy, WaitsTwiceAsLongAfterEachFurtherDeathInTheWindow) {
    RestartPolicy policy;
    policy.died(at(0s), kWasUp);
    EXPECT_EQ(policy.died(at(1s), kWasUp), at(1s) + 100ms);
    EXPECT_EQ(policy.died(at(2s), kWasUp), at(2s) + 200ms);
    EXPECT_EQ(policy.died(at(3s), kWasUp), at(3s) + 400ms);
    EXPECT_EQ(policy.died(at(4s), kWasUp), at(4s) + 800ms);
}

TEST(RestartPolicy, WaitsNoLongerThanTheLongestDelay) {
    RestartPolicy policy({.deaths = 100});
    std::optional<Time> again;
    for (int i = 0; i < 50; ++i)
        again = policy.died(at(0s), kWasUp);
    EXPECT_EQ(again, at(5s));
}

TEST(RestartPolicy, FailsAtTheLastDeathAllowedInTheWindowAndNotBefore) {
    RestartPolicy policy({.deaths = 3});
    EXPECT_TRUE(policy.died(at(0s), kWasUp));
    EXPECT_TRUE(policy.died(at(10s), kWasUp));
    EXPECT_FALSE(policy.died(at(20s), kWasUp));
}

TEST(RestartPolicy, ForgetsADeathOlderThanTheWindow) {
    RestartPolicy policy({.window = 60s, .deaths = 2});
    policy.died(at(0s), kWasUp);
    EXPECT_EQ(policy.died(at(60s) + 1ns, kWasUp), at(60s) + 1ns);
    EXPECT_EQ(policy.deaths(), 1u);
}

TEST(RestartPolicy, RemembersADeathThatIsJustAsOldAsTheWindow) {
    RestartPolicy policy({.window = 60s, .deaths = 2});
    policy.died(at(0s), kWasUp);
    EXPECT_FALSE(policy.died(at(60s), kWasUp));
}

TEST(RestartPolicy, FailsAfterVainStartsThatAreTooSlowForTheWindow) {
    RestartPolicy policy({.window = 60s, .deaths = 8, .vain_starts = 3});
    EXPECT_TRUE(policy.died(at(0s), kNeverUp));
    EXPECT_TRUE(policy.died(at(100s), kNeverUp));
    EXPECT_FALSE(policy.died(at(200s), kNeverUp));
}

TEST(RestartPolicy, CountsVainStartsOnlyInARow) {
    RestartPolicy policy({.vain_starts = 2});
    EXPECT_TRUE(policy.died(at(0s), kNeverUp));
    EXPECT_TRUE(policy.died(at(1s), kWasUp));
    EXPECT_TRUE(policy.died(at(2s), kNeverUp));
    EXPECT_FALSE(policy.died(at(3s), kNeverUp));
}

TEST(RestartPolicy, StartsItsCountsAnewWhenForgiven) {
    RestartPolicy policy({.deaths = 2, .vain_starts = 2});
    policy.died(at(0s), kNeverUp);
    policy.forgive();
    EXPECT_EQ(policy.deaths(), 0u);
    EXPECT_EQ(policy.died(at(1s), kNeverUp), at(1s));
}

}  // namespace
}  // namespace samovar::scheduler
