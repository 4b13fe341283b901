#include "daemon/worker/engine/working_rows.hpp"

#include <gtest/gtest.h>

namespace samovar::worker {
namespace {

using namespace std::chrono_literals;

constexpr WorkingRows::Clock::time_point kNow{1h};

TEST(WorkingRows, are_all_that_a_model_allows_at_first) {
    EXPECT_EQ(WorkingRows().most(32, kNow), 32);
}

TEST(WorkingRows, are_half_of_what_memory_ran_out_for) {
    WorkingRows rows;
    rows.ran_out(31, kNow);
    EXPECT_EQ(rows.most(32, kNow), 15);
    EXPECT_EQ(rows.most(8, kNow), 8) << "and never more than allowed";
    rows.ran_out(15, kNow);
    EXPECT_EQ(rows.most(32, kNow), 7);
}

TEST(WorkingRows, are_all_again_after_a_while) {
    WorkingRows rows;
    rows.ran_out(32, kNow);
    EXPECT_EQ(rows.most(32, kNow + WorkingRows::kRemembered - 1ms), 16);
    EXPECT_EQ(rows.most(32, kNow + WorkingRows::kRemembered), 32);
}

}  // namespace
}  // namespace samovar::worker
