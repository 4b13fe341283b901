// Whose joules a counter of all of them tells.

#include "daemon/residency/idle_energy.hpp"

#include <gtest/gtest.h>

namespace samovar::daemon {
namespace {

TEST(IdleEnergy, is_what_the_counter_rose_by_between_two_quiet_looks) {
    IdleEnergy energy;
    EXPECT_EQ(energy.read("cuda:0", 1'000'000, true), std::nullopt);
    EXPECT_EQ(energy.read("cuda:0", 1'250'500, true), 250.5);
    EXPECT_EQ(energy.read("cuda:1", 1'300'000, true), std::nullopt);
    EXPECT_EQ(energy.read("cuda:0", 1'250'500, true), 0);
}

TEST(IdleEnergy, is_not_told_of_an_interval_in_which_something_happened) {
    IdleEnergy energy;
    energy.read("cuda:0", 1'000, true);
    energy.disturbed("cuda:0");
    EXPECT_EQ(energy.read("cuda:0", 5'000, true), std::nullopt);
    EXPECT_EQ(energy.read("cuda:0", 6'000, true), 1);
}

TEST(IdleEnergy, is_not_told_of_an_interval_that_begins_or_ends_at_work) {
    IdleEnergy energy;
    energy.read("cuda:0", 1'000, true);
    EXPECT_EQ(energy.read("cuda:0", 2'000, false), std::nullopt);
    EXPECT_EQ(energy.read("cuda:0", 3'000, true), std::nullopt);
    EXPECT_EQ(energy.read("cuda:0", 4'000, true), 1);
}

TEST(IdleEnergy, begins_anew_where_the_counter_does) {
    IdleEnergy energy;
    energy.read("cuda:0", 9'000, true);
    EXPECT_EQ(energy.read("cuda:0", 500, true), std::nullopt);
    EXPECT_EQ(energy.read("cuda:0", 1'500, true), 1);
}

}  // namespace
}  // namespace samovar::daemon
