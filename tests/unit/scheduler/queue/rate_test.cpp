#include "scheduler/queue/rate.hpp"

#include <gtest/gtest.h>

namespace samovar::scheduler {
namespace {

using namespace std::chrono_literals;

constexpr Time kStart{1h};

TEST(Rates, let_those_of_one_second_come_at_once_and_the_others_evenly) {
    TokenBucket bucket(4);
    for (int i = 0; i < 4; ++i)
        EXPECT_EQ(bucket.take(kStart), std::nullopt) << i;
    EXPECT_EQ(bucket.take(kStart), 250ms);
    EXPECT_EQ(bucket.take(kStart + 100ms), 150ms);
    EXPECT_EQ(bucket.take(kStart + 250ms), std::nullopt);
    EXPECT_EQ(bucket.take(kStart + 250ms), 250ms);
}

TEST(Rates, save_up_no_more_than_one_second) {
    TokenBucket bucket(2);
    bucket.take(kStart);
    EXPECT_EQ(bucket.take(kStart + 1h), std::nullopt);
    EXPECT_EQ(bucket.take(kStart + 1h), std::nullopt);
    EXPECT_EQ(bucket.take(kStart + 1h), 500ms);
}

TEST(Rates, below_one_a_second_let_one_come_at_once) {
    TokenBucket bucket(0.1);
    EXPECT_EQ(bucket.take(kStart), std::nullopt);
    EXPECT_EQ(bucket.take(kStart), 10s);
}

TEST(Rates, hold_for_each_by_itself) {
    Rates<int> rates;
    EXPECT_EQ(rates.take(1, 1, kStart), std::nullopt);
    EXPECT_NE(rates.take(1, 1, kStart), std::nullopt);
    EXPECT_EQ(rates.take(2, 1, kStart), std::nullopt);
    EXPECT_EQ(rates.take(3, kNoRate, kStart), std::nullopt);
}

TEST(Rates, that_change_count_from_the_next_job_on) {
    Rates<int> rates;
    for (int i = 0; i < 4; ++i)
        EXPECT_EQ(rates.take(1, 4, kStart), std::nullopt);
    EXPECT_EQ(rates.take(1, 1, kStart), 1s) << "slower";
    EXPECT_EQ(rates.take(1, 1, kStart + 1s), std::nullopt);
    EXPECT_EQ(rates.take(1, 10, kStart + 1s), 100ms) << "faster, but nothing is saved up";
}

TEST(Rates, take_back_what_was_not_used) {
    Rates<int> rates;
    EXPECT_EQ(rates.take(1, 1, kStart), std::nullopt);
    rates.give_back(1);
    rates.give_back(2);
    EXPECT_EQ(rates.take(1, 1, kStart), std::nullopt);
    EXPECT_EQ(rates.take(1, 1, kStart), 1s);
}

TEST(Rates, keep_no_account_of_whom_nothing_was_heard) {
    Rates<int> rates;
    for (int who = 0; who < 10'000; ++who)
        rates.take(who, 5, kStart + who * 1s);
    EXPECT_LT(rates.size(), 200U);
}

}  // namespace
}  // namespace samovar::scheduler
