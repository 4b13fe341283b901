// What is recorded of calls and of what a model was kept warm for.

#include "scheduler/residency/warmth.hpp"

#include <gtest/gtest.h>

#include "tests/unit/scheduler/residency/moment.hpp"

namespace samovar::scheduler {
namespace {

using R = Residency;

class WarmthRecord : public testing::Test {
  protected:
    void pass(Duration time) { now_ += time; }
    void come_up(Cause cause, R from = R::loading, std::uint64_t bytes = 1000) {
        warmth_.moved(from, R::hot, cause, bytes, now_);
    }
    void go_down() { warmth_.moved(R::hot, R::unloading, Cause::idle, 1000, now_); }
    // A call that finds the model so, and is answered after a millisecond.
    CallKind call(R residency = R::hot) {
        const CallKind kind = warmth_.job_came(residency, now_);
        pass(1ms);
        warmth_.job_ended(kind, true, 1ms, now_);
        return kind;
    }
    BroughtUp of(Cause cause) const { return warmth_.brought_up(cause, now_); }

    Warmth warmth_;
    Time now_ = moment({}).steady;
};

TEST_F(WarmthRecord, tells_calls_by_what_they_had_to_wait_for) {
    EXPECT_EQ(warmth_.job_came(R::cold, now_), CallKind::cold);
    EXPECT_EQ(warmth_.job_came(R::loading, now_), CallKind::cold);
    EXPECT_EQ(warmth_.job_came(R::unloading, now_), CallKind::cold);
    EXPECT_EQ(warmth_.job_came(R::failed, now_), CallKind::cold);
    EXPECT_EQ(warmth_.job_came(R::parked, now_), CallKind::parked);
    EXPECT_EQ(warmth_.job_came(R::parking, now_), CallKind::parked);
    EXPECT_EQ(warmth_.job_came(R::waking, now_), CallKind::parked);
}

TEST_F(WarmthRecord, tells_calls_by_the_gap_before_them) {
    come_up(Cause::preload);
    EXPECT_EQ(call(), CallKind::brought_up);
    EXPECT_EQ(call(), CallKind::hot);
    pass(1s);
    EXPECT_EQ(call(), CallKind::after_second);
    pass(1min);
    EXPECT_EQ(call(), CallKind::after_minute);
    pass(5min);
    EXPECT_EQ(call(), CallKind::after_minutes);
    pass(1h);
    EXPECT_EQ(call(), CallKind::after_hour);
    EXPECT_EQ(warmth_.uses(), 6U);
    EXPECT_EQ(warmth_.cold_starts(), 0U);
}

TEST_F(WarmthRecord, takes_a_call_beside_another_for_a_hot_one) {
    come_up(Cause::demand);
    call();
    pass(2h);
    const CallKind first = warmth_.job_came(R::hot, now_);
    EXPECT_EQ(first, CallKind::after_hour);
    EXPECT_EQ(warmth_.job_came(R::hot, now_), CallKind::hot);
}

TEST_F(WarmthRecord,
       counts_what_reached_a_worker_as_a_use_and_what_waited_for_a_load_as_a_cold_start) {
    const CallKind cancelled = warmth_.job_came(R::cold, now_);
    warmth_.job_ended(cancelled, false, std::nullopt, now_);
    EXPECT_EQ(warmth_.uses(), 0U);
    EXPECT_EQ(warmth_.last_use(), std::nullopt);
    call(R::cold);
    const CallKind failed = warmth_.job_came(R::hot, now_);
    warmth_.job_ended(failed, true, std::nullopt, now_);
    EXPECT_EQ(warmth_.uses(), 2U);
    EXPECT_EQ(warmth_.cold_starts(), 1U);
    EXPECT_EQ(warmth_.last_use(), now_);
    EXPECT_EQ(warmth_.latencies(CallKind::hot).count(), 0U) << "it had no good answer";
}

TEST_F(WarmthRecord, counts_a_load_that_a_call_finds_ready_as_a_cold_start_less) {
    come_up(Cause::schedule);
    pass(10s);
    call();
    go_down();
    come_up(Cause::schedule);
    pass(10s);
    go_down();
    EXPECT_EQ(of(Cause::schedule).times, 2U);
    EXPECT_EQ(of(Cause::schedule).met, 1U);
    EXPECT_EQ(of(Cause::schedule).unmet, 1U);
}

TEST_F(WarmthRecord, takes_no_credit_for_a_load_that_a_call_had_to_wait_for) {
    const CallKind kind = warmth_.job_came(R::loading, now_);
    come_up(Cause::forecast);
    warmth_.job_ended(kind, true, 1s, now_);
    go_down();
    EXPECT_EQ(of(Cause::forecast).times, 1U);
    EXPECT_EQ(of(Cause::forecast).met, 0U);
    EXPECT_EQ(of(Cause::forecast).unmet, 0U);
    EXPECT_EQ(warmth_.cold_starts(), 1U);
}

TEST_F(WarmthRecord, charges_energy_to_what_brought_the_model_up_where_it_is_told) {
    warmth_.energy(5);
    come_up(Cause::preload);
    EXPECT_EQ(of(Cause::preload).idle_joules, std::nullopt);
    warmth_.energy(20);
    pass(10s);
    warmth_.energy(30);
    go_down();
    warmth_.energy(40);
    EXPECT_EQ(of(Cause::preload).idle_joules, 50) << "while it was hot";
    come_up(Cause::demand);
    warmth_.energy(1);
    EXPECT_EQ(of(Cause::demand).idle_joules, 1);
    EXPECT_EQ(of(Cause::preload).idle_joules, 50);
}

TEST_F(WarmthRecord, charges_the_time_without_a_call_to_what_brought_the_model_up) {
    come_up(Cause::preload, R::loading, 500);
    pass(10s);
    EXPECT_EQ(of(Cause::preload).idle, 10s) << "while it lasts";
    const CallKind kind = warmth_.job_came(R::hot, now_);
    pass(1h);
    warmth_.job_ended(kind, true, 1h, now_);
    pass(20s);
    warmth_.moved(R::hot, R::parking, Cause::idle, 500, now_);
    pass(1h);
    EXPECT_EQ(of(Cause::preload).idle, 30s) << "neither at work nor parked";
    EXPECT_DOUBLE_EQ(of(Cause::preload).idle_byte_seconds, 15'000);
    come_up(Cause::demand, R::waking, 500);
    pass(1s);
    EXPECT_EQ(of(Cause::preload).idle, 30s);
    EXPECT_EQ(of(Cause::demand).idle, 1s);
}

TEST_F(WarmthRecord, goes_on_over_versions_and_lets_the_time_of_the_old_one_end) {
    come_up(Cause::demand);
    call();
    pass(5s);
    warmth_.replaced(now_);
    pass(1h);
    EXPECT_EQ(warmth_.uses(), 1U);
    EXPECT_EQ(of(Cause::demand).idle, 5s);
}

TEST_F(WarmthRecord, brings_nothing_up_where_a_park_failed) {
    come_up(Cause::demand);
    warmth_.moved(R::hot, R::parking, Cause::idle, 1000, now_);
    warmth_.moved(R::parking, R::hot, Cause::idle, 1000, now_);
    EXPECT_EQ(of(Cause::idle).times, 0U);
    EXPECT_EQ(of(Cause::demand).times, 1U);
}

TEST_F(WarmthRecord, counts_self_warming_neither_as_a_use_nor_as_the_end_of_idleness) {
    come_up(Cause::demand);
    call();
    pass(1h);
    warmth_.self_warmed(3ms);
    pass(1h);
    EXPECT_EQ(warmth_.latencies(CallKind::self_warm).count(), 1U);
    EXPECT_EQ(warmth_.latencies(CallKind::self_warm).quantile(0.5), 3ms);
    EXPECT_EQ(warmth_.uses(), 1U);
    EXPECT_EQ(of(Cause::demand).idle, 2h);
    EXPECT_EQ(call(), CallKind::after_hour);
}

TEST_F(WarmthRecord, tells_how_long_callers_would_have_waited) {
    EXPECT_EQ(warmth_.saved(Cause::schedule, now_), 0s) << "nobody was met";
    for (int i = 0; i < 3; ++i) {
        come_up(Cause::schedule);
        call();
        go_down();
    }
    EXPECT_EQ(warmth_.saved(Cause::schedule, now_), std::nullopt) << "no cold call was measured";
    for (const Duration took : {901ms, 1101ms})
        warmth_.job_ended(warmth_.job_came(R::cold, now_), true, took, now_);
    EXPECT_EQ(warmth_.saved(Cause::schedule, now_), 3s) << "three times 1001 ms less 1 ms";
}

TEST_F(WarmthRecord, measures_what_a_wake_up_saved_by_calls_of_what_was_parked) {
    warmth_.job_ended(warmth_.job_came(R::cold, now_), true, 10s, now_);
    come_up(Cause::schedule, R::waking);
    call();
    EXPECT_EQ(warmth_.saved(Cause::schedule, now_), std::nullopt);
    warmth_.job_ended(warmth_.job_came(R::parked, now_), true, 21ms, now_);
    EXPECT_EQ(warmth_.saved(Cause::schedule, now_), 20ms);
}

TEST_F(WarmthRecord, saves_nothing_where_a_cold_call_is_the_faster_one) {
    warmth_.job_ended(warmth_.job_came(R::cold, now_), true, 1us, now_);
    come_up(Cause::schedule);
    call();
    EXPECT_EQ(warmth_.saved(Cause::schedule, now_), 0s);
}

TEST_F(WarmthRecord, goes_on_from_what_was_written_down) {
    const WallTime begun(100h);
    warmth_.begin(begun);
    call(R::cold);
    come_up(Cause::schedule);
    pass(2s);
    call();
    warmth_.self_warmed(3ms);
    pass(10s);
    const Now end{now_, WallTime(200h)};
    const WarmthMemory memory = warmth_.memory(end);

    const Now start{Time(5h), WallTime(201h)};  // another boot of the machine
    Warmth next;
    next.begin(WallTime(201h));
    next.recall(memory, start);
    EXPECT_EQ(next.since(), begun);
    EXPECT_EQ(next.uses(), 2U);
    EXPECT_EQ(next.cold_starts(), 1U);
    EXPECT_EQ(next.last_use(), start.steady - 1h - 10s);
    EXPECT_EQ(next.latencies(CallKind::cold).count(), 1U);
    EXPECT_EQ(next.latencies(CallKind::self_warm).quantile(0.5), 3ms);
    EXPECT_EQ(next.latencies(CallKind::cold).mean(), 1ms);
    const BroughtUp up = next.brought_up(Cause::schedule, start.steady + 1h);
    EXPECT_EQ(up.times, 1U);
    EXPECT_EQ(up.met, 1U);
    EXPECT_EQ(up.idle, 12s) << "it is not hot any more";
}

TEST(Latencies, are_the_same_again_from_what_was_written_down) {
    Latencies latencies;
    for (int i = 1; i <= 1000; ++i)
        latencies.add(i * 100us);
    Latencies again = Latencies::of(latencies.counts());
    EXPECT_EQ(again.count(), 1000U);
    EXPECT_EQ(again.quantile(0.5), latencies.quantile(0.5));
    EXPECT_EQ(again.quantile(1), latencies.quantile(1));
    EXPECT_EQ(again.mean(), latencies.mean());
    again.add(1us);
    EXPECT_LT(again.quantile(0.0001), 2us);
}

TEST(Latencies, take_what_was_written_down_wrong) {
    EXPECT_EQ(Latencies::of({}).count(), 0U);
    const Latencies odd = Latencies::of({{3, 3, 9}, {5, 6}, 2s, 1s, -1s});
    EXPECT_EQ(odd.count(), 6U) << "one step cannot have two counts";
    EXPECT_EQ(odd.quantile(0.5), 2s) << "the most is no less than the least";
    EXPECT_EQ(odd.mean(), 0s);
}

TEST(Latencies, have_quantiles_within_five_percent) {
    Latencies latencies;
    for (int i = 1; i <= 1000; ++i)
        latencies.add(i * 100us);
    EXPECT_EQ(latencies.count(), 1000U);
    const auto near = [](Duration is, Duration should_be) {
        return is > should_be * 95 / 100 && is < should_be * 105 / 100;
    };
    EXPECT_TRUE(near(latencies.quantile(0.5), 50ms)) << latencies.quantile(0.5).count();
    EXPECT_TRUE(near(latencies.quantile(0.99), 99ms)) << latencies.quantile(0.99).count();
}

TEST(Latencies, stay_between_the_least_and_the_most_of_what_they_saw) {
    Latencies latencies;
    EXPECT_EQ(latencies.quantile(0.5), 0s) << "of none";
    latencies.add(123us);
    EXPECT_EQ(latencies.quantile(0.5), 123us);
    EXPECT_EQ(latencies.quantile(0.99), 123us);
}

TEST(Latencies, take_the_shortest_and_the_longest_times) {
    Latencies latencies;
    latencies.add(0s);
    latencies.add(24h);
    EXPECT_EQ(latencies.quantile(0.01), 1044ns) << "the middle of the first step";
    EXPECT_GT(latencies.quantile(1), 1h);
}

}  // namespace
}  // namespace samovar::scheduler
