// The forecasts of all models, minute by minute, and what the ladder remembers beside them.

#include "scheduler/residency/foresight.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>

#include "moment.hpp"
#include "scheduler/simulate/policy.hpp"

namespace samovar::scheduler {
namespace {

constexpr ModelId kModel = 3, kOther = 4;

Foresight::Cost cost(double price = 0.01) {
    return {.price = price, .keep_alive = KeepAlive(10min), .bytes = 0, .device_bytes = 0};
}

class Minutes : public testing::Test {
  protected:
    Minutes() { foresight_.tick(at(0s), cold_); }

    static Instant at(std::chrono::seconds time) {
        return std::chrono::floor<std::chrono::seconds>(moment(time).wall);
    }
    // Lets the running minute end, with a call in it or not; whether the model is worth being hot.
    bool minute(bool called) {
        if (called) foresight_.called(kModel);
        hot_ = hot_ || called;
        ++minute_;
        const auto words = foresight_.tick(at(minute_ * 60s), [this](ModelId) { return hot_; });
        const auto word = std::ranges::find(words, kModel, &Foresight::Word::model);
        hot_ = word != words.end() && word->called_soon;
        return hot_;
    }
    static bool cold_(ModelId) { return false; }

    Foresight foresight_;
    bool hot_ = false;
    int minute_ = 0;
};

TEST_F(Minutes, without_models_need_no_alarm) {
    EXPECT_FALSE(foresight_.next_tick());
    foresight_.add(kModel, cost());
    EXPECT_EQ(foresight_.next_tick(), at(60s));
    foresight_.remove(kModel);
    EXPECT_FALSE(foresight_.next_tick());
}

TEST_F(Minutes, are_spoken_of_once_each_when_they_have_ended) {
    foresight_.add(kModel, cost());
    EXPECT_TRUE(foresight_.tick(at(59s), cold_).empty());
    EXPECT_EQ(foresight_.tick(at(60s), cold_).size(), 1U);
    EXPECT_TRUE(foresight_.tick(at(61s), cold_).empty());
    EXPECT_EQ(foresight_.next_tick(), at(120s));
}

TEST_F(Minutes, of_a_model_that_was_never_called_are_cold) {
    foresight_.add(kModel, cost());
    for (int i = 0; i < 100; ++i)
        EXPECT_FALSE(minute(false)) << i;
}

// What `samovar simulate` counts is what the daemon does: minute by minute the same decisions.
TEST_F(Minutes, are_decided_as_the_policy_of_simulate_decides_them) {
    foresight_.add(kModel, cost());
    const auto policy =
        forecast_policy({.price = {.idle_minute = 0.01, .load = kUsualLoadPrice}}).make();
    std::uint32_t dice = 12345;
    bool hot = false;
    int hot_minutes = 0;
    for (int i = 0; i < 3000; ++i) {
        dice = dice * 1664525 + 1013904223;
        const bool called = i % 90 == 0 || dice >> 24 < 1;
        policy->observe(i, called);
        hot = policy->wants_hot(i + 1, hot || called);
        ASSERT_EQ(minute(called), hot) << "minute " << i;
        hot_minutes += hot ? 1 : 0;
    }
    EXPECT_GT(hot_minutes, 100) << "else nothing was compared";
    EXPECT_LT(hot_minutes, 2900);
}

TEST_F(Minutes, that_nobody_watched_make_the_last_call_older_and_the_clock_right) {
    foresight_.add(kModel, cost());
    for (int i = 0; i < 60; ++i)
        minute(i % 2 == 0);
    const double before = foresight_.view(kModel).chance;
    minute_ += 600;
    minute(false);
    EXPECT_LT(foresight_.view(kModel).chance, before / 4);
    EXPECT_EQ(foresight_.next_tick(), at((minute_ + 1) * 60s));
}

TEST_F(Minutes, of_a_clock_that_was_set_back_begin_anew) {
    foresight_.add(kModel, cost());
    minute(true);
    EXPECT_TRUE(foresight_.tick(at(-3600s), cold_).empty());
    EXPECT_EQ(foresight_.next_tick(), at(-3540s));
    EXPECT_EQ(foresight_.tick(at(-3540s), cold_).size(), 1U);
}

TEST_F(Minutes, teach_a_new_version_what_the_old_one_knew) {
    foresight_.add(kModel, cost());
    for (int i = 0; i < 200; ++i)
        minute(i % 10 == 0);
    foresight_.add(kOther, cost(), kModel);
    EXPECT_EQ(foresight_.view(kOther).chance, foresight_.view(kModel).chance);
    foresight_.remove(kModel);
    EXPECT_TRUE(foresight_.watches(kOther));
    EXPECT_FALSE(foresight_.snapshot(kModel));
}

TEST_F(Minutes, outlive_the_daemon_in_a_snapshot) {
    foresight_.add(kModel, cost());
    for (int i = 0; i < 200; ++i)
        minute(i % 10 == 0);
    Foresight next;
    next.add(kModel, cost());
    next.restore(kModel, *foresight_.snapshot(kModel));
    EXPECT_NEAR(next.view(kModel).chance, foresight_.view(kModel).chance, 1e-4);
    ForecastSnapshot broken = *foresight_.snapshot(kModel);
    broken.numbers.pop_back();
    EXPECT_THROW(next.restore(kModel, broken), std::invalid_argument);
    EXPECT_GT(next.view(kModel).chance, 0) << "it knows what it knew";
}

TEST(ForesightPrice, weighs_bytes_against_what_a_cold_start_costs_unless_a_number_is_given) {
    Foresight foresight;
    Foresight::Cost measured{.price = std::nullopt,
                             .keep_alive = KeepAlive(),
                             .bytes = 1u << 30,
                             .device_bytes = std::uint64_t{8} << 30,
                             .load_time = 3s};
    foresight.add(kModel, measured);
    EXPECT_DOUBLE_EQ(foresight.view(kModel).price, automatic_price(1u << 30, 8ull << 30, 3s));
    measured.load_time = 30s;
    foresight.set_cost(kModel, measured);
    EXPECT_DOUBLE_EQ(foresight.view(kModel).price, automatic_price(1u << 30, 8ull << 30, 30s));
    measured.price = 0.5;
    foresight.set_cost(kModel, measured);
    EXPECT_DOUBLE_EQ(foresight.view(kModel).price, 0.5);
}

}  // namespace
}  // namespace samovar::scheduler
