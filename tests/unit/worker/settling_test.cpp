// When a shape has been run often enough.

#include "daemon/worker/tasks/settling.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace samovar::worker {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

int runs_until_done(int needed, const std::vector<Settling::Duration>& latencies) {
    Settling settling(needed);
    for (const Settling::Duration latency : latencies) {
        if (settling.done()) break;
        settling.ran(latency);
    }
    EXPECT_TRUE(settling.done());
    return settling.runs();
}

TEST(Settling, ends_with_the_first_run_that_is_hardly_faster) {
    EXPECT_EQ(runs_until_done(1, {milliseconds(90), milliseconds(30), milliseconds(28)}), 3);
    EXPECT_EQ(runs_until_done(1, {milliseconds(30), milliseconds(30), milliseconds(30)}), 2);
}

TEST(Settling, makes_the_runs_without_which_something_is_left_to_compile) {
    EXPECT_EQ(
        runs_until_done(3, {milliseconds(9), milliseconds(90), milliseconds(9), milliseconds(9)}),
        3);
}

TEST(Settling, goes_on_while_runs_get_faster) {
    EXPECT_EQ(runs_until_done(1, {milliseconds(64), milliseconds(32), milliseconds(16),
                                  milliseconds(8), milliseconds(8)}),
              5);
}

TEST(Settling, ends_where_its_time_is_up_but_not_before_the_runs_that_are_needed) {
    EXPECT_EQ(runs_until_done(3, {seconds(40), seconds(30), seconds(20), seconds(10)}), 3);
    EXPECT_EQ(runs_until_done(1, {seconds(4), seconds(1)}), 1);
}

TEST(Settling, ends_after_twelve_runs_whatever_they_say) {
    std::vector<Settling::Duration> halves;
    for (Settling::Duration each = milliseconds(900); halves.size() < 20; each /= 2)
        halves.push_back(each);
    EXPECT_EQ(runs_until_done(1, halves), Settling::kMostRuns);
}

}  // namespace
}  // namespace samovar::worker
