// How the cores are shared among workers.

#include "scheduler/thread_budget.hpp"

#include <gtest/gtest.h>

#include <numeric>
#include <random>
#include <vector>

namespace samovar::scheduler {
namespace {

TEST(ThreadBudget, gives_a_worker_that_is_alone_all_it_asks_for_up_to_the_cores) {
    EXPECT_EQ(grant_threads({0, 8, 8, 1, 0}), 8U);
    EXPECT_EQ(grant_threads({0, 2, 8, 1, 0}), 2U);
    EXPECT_EQ(grant_threads({5, 2, 8, 1, 0}), 5U);
    EXPECT_EQ(grant_threads({1024, 2, 8, 1, 0}), 8U);
}

TEST(ThreadBudget, shares_evenly_among_workers_whose_models_ask_for_no_number) {
    EXPECT_EQ(grant_threads({0, 8, 8, 3, 0}), 2U);
    EXPECT_EQ(grant_threads({0, 8, 8, 3, 2}), 2U);
    EXPECT_EQ(grant_threads({0, 8, 8, 3, 4}), 2U);
}

TEST(ThreadBudget, gives_no_more_than_the_others_have_left) {
    EXPECT_EQ(grant_threads({6, 8, 8, 2, 4}), 4U);
    EXPECT_EQ(grant_threads({0, 8, 8, 2, 7}), 1U);
}

TEST(ThreadBudget, gives_one_thread_whatever_is_left) {
    EXPECT_EQ(grant_threads({0, 1, 2, 9, 8}), 1U);
    EXPECT_EQ(grant_threads({4, 1, 2, 9, 20}), 1U);
}

TEST(ThreadBudget, never_gives_away_more_than_the_cores_while_there_are_enough_for_one_each) {
    std::mt19937 random(7);
    const auto upto = [&](unsigned most) { return static_cast<unsigned>(random() % (most + 1)); };
    for (int round = 0; round < 1000; ++round) {
        const unsigned cores = 1 + upto(31), workers = 1 + upto(15);
        std::vector<unsigned> given(workers, 0);
        for (unsigned step = 0; step < 4 * workers; ++step) {
            const unsigned worker = upto(workers - 1);
            given[worker] = 0;  // it unloads
            const unsigned others = std::accumulate(given.begin(), given.end(), 0U);
            given[worker] = grant_threads({upto(40), 1 + upto(31), cores, workers, others});
            EXPECT_LE(given[worker], others < cores ? cores - others : 1U);
        }
    }
}

}  // namespace
}  // namespace samovar::scheduler
