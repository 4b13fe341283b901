// Who makes room, by what each is worth.

#include "scheduler/budget/plan.hpp"

#include <gtest/gtest.h>

namespace samovar::scheduler {
namespace {

using namespace std::chrono_literals;
using Steps = std::vector<Displace>;

Candidate idle(ModelId model, Bytes bytes, double calls, double cost = 1) {
    return {.model = model, .on_device = bytes, .calls = calls, .cost = cost};
}

TEST(Choose, takes_nobody_where_nothing_is_needed) {
    EXPECT_TRUE(choose({idle(1, 10, 1)}, 0, kUnlimited).steps.empty());
}

TEST(Choose, takes_the_one_that_is_worth_least) {
    const Choice choice = choose({idle(1, 10, 3), idle(2, 10, 1), idle(3, 10, 2)}, 10, kUnlimited);
    EXPECT_EQ(choice.steps, (Steps{{2, Rung::parked}}));
    EXPECT_EQ(choice.freed, 10U);
}

TEST(Choose, weighs_frequency_by_the_cost_to_bring_back) {
    const auto seldom_but_slow = idle(1, 10, 1, 60), often_but_quick = idle(2, 10, 5, 0.1);
    EXPECT_EQ(choose({seldom_but_slow, often_but_quick}, 10, kUnlimited).steps,
              (Steps{{2, Rung::parked}}));
}

TEST(Choose, weighs_both_by_bytes) {
    EXPECT_EQ(choose({idle(1, 10, 1), idle(2, 100, 2)}, 5, kUnlimited).steps,
              (Steps{{2, Rung::parked}}));
}

TEST(Choose, takes_what_was_used_longest_ago_among_equals) {
    Candidate old = idle(1, 10, 0), young = idle(2, 10, 0);
    old.last_use = Time{} + 1h;
    young.last_use = Time{} + 2h;
    EXPECT_EQ(choose({young, old}, 10, kUnlimited).steps, (Steps{{1, Rung::parked}}));
}

TEST(Choose, spares_small_ones_that_a_larger_one_makes_needless) {
    const Choice choice = choose({idle(1, 10, 0.1), idle(2, 100, 2)}, 50, kUnlimited);
    EXPECT_EQ(choice.steps, (Steps{{2, Rung::parked}}));
    EXPECT_EQ(choice.freed, 100U);
}

TEST(Choose, says_how_little_all_of_them_are) {
    EXPECT_EQ(choose({idle(1, 10, 1), idle(2, 20, 1)}, 50, kUnlimited).freed, 30U);
}

TEST(Choose, unloads_what_cannot_park) {
    Candidate model = idle(1, 10, 1);
    model.can_park = false;
    EXPECT_EQ(choose({model}, 10, kUnlimited).steps, (Steps{{1, Rung::cold}}));
}

TEST(Choose, unloads_what_the_host_has_no_room_for) {
    Candidate first = idle(1, 10, 1), second = idle(2, 10, 2);
    first.on_host = second.on_host = 10;
    EXPECT_EQ(choose({first, second}, 20, 15).steps, (Steps{{1, Rung::parked}, {2, Rung::cold}}));
}

TEST(Usage, halves_in_an_hour) {
    Usage usage;
    usage.call(Time{} + 1h);
    usage.call(Time{} + 1h);
    EXPECT_DOUBLE_EQ(usage.at(Time{} + 2h), 1);
    EXPECT_DOUBLE_EQ(usage.at(Time{} + 3h), 0.5);
}

}  // namespace
}  // namespace samovar::scheduler
