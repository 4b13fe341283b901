#include "daemon/worker/tasks/knee.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace samovar::worker {
namespace {

using namespace std::chrono_literals;

TEST(Knee, is_one_row_where_nothing_was_measured) {
    EXPECT_EQ(knee_of({}), 1U);
}

TEST(Knee, is_one_row_where_a_batch_takes_as_long_as_its_rows) {
    const std::vector<BatchTime> curve{{1, 10ms}, {2, 20ms}, {4, 40ms}};
    EXPECT_EQ(knee_of(curve), 1U);
}

TEST(Knee, is_the_largest_where_rows_cost_nothing) {
    const std::vector<BatchTime> curve{{1, 10ms}, {2, 10ms}, {4, 10ms}};
    EXPECT_EQ(knee_of(curve), 4U);
}

TEST(Knee, is_where_more_rows_bring_little) {
    // 100, 180, 300, 390, 400 rows a second
    const std::vector<BatchTime> curve{
        {1, 10ms}, {2, 11111us}, {4, 13333us}, {8, 20512us}, {16, 40ms}};
    EXPECT_EQ(knee_of(curve), 8U);
}

TEST(Knee, is_before_what_becomes_slower) {
    const std::vector<BatchTime> curve{{1, 10ms}, {2, 11ms}, {4, 40ms}};
    EXPECT_EQ(knee_of(curve), 2U);
}

}  // namespace
}  // namespace samovar::worker
