// How runnable jobs share a worker: in turn by user, in batches by kind, and before their
// deadlines.

#include "tests/unit/scheduler/rig.hpp"

namespace samovar::scheduler {
namespace {

class Batches : public Rig {
  protected:
    static constexpr ModelId M = 'M';  // up to four rows, and 2 ms for mates to come

    Batches() {
        dispatch_.add_model(M, 0, {kMaxRun, {{4, 1000}, 2ms}});
        make_hot(A, M);
    }
    static JobTraits of(Uid uid, std::uint64_t form = 0, std::uint64_t rows = 1) {
        JobTraits traits;
        traits.submitter = {uid, uid};
        traits.form = form;
        traits.size.rows = rows;
        return traits;
    }
    void run_once(JobId job, Duration length) {
        submit(job, A);
        wait(length);
        finished(job);
    }
    // Job 1 is done, and jobs 2 and 3, of users 1 and 2, run together.
    void run_two_together() {
        submit(1, M, of(9));
        submit(2, M, of(1));
        submit(3, M, of(2));
        EXPECT_EQ(finished(1), "run 2+3");
    }
    // However it began: after many that took half a second, that is what a job is thought to take.
    void expect_to_learn_half_a_second() {
        for (JobId job = 4; job <= 40; ++job) {
            submit(job, M, of(1));
            wait(500ms);
            finished(job);
        }
        EXPECT_EQ(submit(41, M, until(400ms)), "refuse 41 too_late");
        EXPECT_EQ(submit(42, M, until(600ms)), "run 42");
    }
    JobTraits until(Duration from_now) {
        JobTraits traits;
        traits.deadline = now() + from_now;
        return traits;
    }
};

TEST_F(Batches, go_at_once_where_the_worker_has_nothing_to_do) {
    EXPECT_EQ(submit(1, M, of(1)), "run 1");
}

TEST_F(Batches, are_collected_while_it_works) {
    submit(1, M, of(1));
    submit(2, M, of(1));
    wait(1ms);
    EXPECT_EQ(submit(3, M, of(1)), "");
    EXPECT_EQ(next_tick_in(), kMaxRun - 1ms) << "nothing else is due";
    EXPECT_EQ(finished(1), "") << "its caller may ask again";
    EXPECT_EQ(wait_for_tick(), "run 2+3");
}

TEST_F(Batches, are_collected_until_the_oldest_has_waited_where_making_ready_takes_long) {
    for (JobId job = 1; job <= 10; ++job) {
        submit(job, M, of(1));
        wait(1ms);
        dispatch_.finished(job, now(), true, {.preparing = 0.5});
    }
    submit(11, M, of(1));
    EXPECT_EQ(submit(12, M, of(1)), "");
    wait(1ms);
    EXPECT_EQ(submit(13, M, of(1)), "");
    EXPECT_EQ(next_tick_in(), 1ms);
    EXPECT_EQ(wait_for_tick(), "run 12+13");
    EXPECT_EQ(submit(14, M, of(1)), "") << "one runs, one lies ready";
}

// Jobs 2 and 3, in a batch of 8 ms, are answered while as many as said wait.
class AfterABatch : public Batches {
  protected:
    void SetUp() override {
        submit(1, M, of(1));
        submit(2, M, of(1));
        submit(3, M, of(1));
        EXPECT_EQ(finished(1), "run 2+3");
    }
    std::string end_batch() {
        wait(8ms);
        finished(2);
        return finished(3);
    }
};

TEST_F(AfterABatch, those_who_were_answered_are_given_a_moment_to_ask_again) {
    EXPECT_EQ(end_batch(), "");
    EXPECT_EQ(submit(4, M, of(1)), "");
    EXPECT_EQ(next_tick_in(), 1ms) << "an eighth of what the batch took";
    EXPECT_EQ(submit(5, M, of(1)), "run 4+5");
}

TEST_F(AfterABatch, who_does_not_come_is_not_waited_for_any_longer) {
    end_batch();
    submit(4, M, of(1));
    EXPECT_EQ(wait_for_tick(), "run 4");
    finished(4);
    EXPECT_EQ(submit(5, M, of(1)), "run 5") << "nor the next time";
}

TEST_F(AfterABatch, who_waits_already_is_waited_with) {
    submit(4, M, of(1));
    EXPECT_EQ(end_batch(), "") << "those of jobs 2 and 3 may come";
    EXPECT_EQ(submit(5, M, of(1)), "");
    EXPECT_EQ(submit(6, M, of(1)), "run 4+5+6");
}

TEST_F(AfterABatch, nobody_becomes_too_late_for_others_to_come) {
    end_batch();
    EXPECT_EQ(submit(4, M, until(900us)), "") << "a row takes 0.4 ms at least, as far as is known";
    EXPECT_EQ(next_tick_in(), 500us);
    EXPECT_EQ(wait_for_tick(), "run 4");
}

TEST_F(AfterABatch, jobs_of_another_kind_go_at_once) {
    EXPECT_EQ(end_batch(), "");
    EXPECT_EQ(submit(4, A, of(1)), "run 4");
}

TEST_F(AfterABatch, the_moment_is_no_longer_than_a_job_may_wait) {
    wait(1s);
    end_batch();
    submit(4, M, of(1));
    EXPECT_EQ(next_tick_in(), 2ms);
}

TEST_F(Batches, go_when_they_are_full) {
    submit(1, M, of(1));
    submit(2, M, of(1, 0, 2));
    EXPECT_EQ(submit(3, M, of(1, 0, 2)), "run 2+3");
}

TEST_F(Batches, are_full_by_their_tokens_as_well) {
    JobTraits long_one = of(1);
    long_one.size.tokens = 600;
    submit(1, M, long_one);
    submit(2, M, long_one);
    EXPECT_EQ(submit(3, M, long_one), "run 2");
    EXPECT_EQ(finished(1), "") << "alone, it waits for a shorter one";
}

TEST_F(Batches, go_when_the_worker_is_done) {
    submit(1, M, of(1));
    submit(2, M, of(1));
    submit(3, M, of(1));
    EXPECT_EQ(finished(1), "run 2+3");
}

TEST_F(Batches, end_when_the_last_of_them_has_ended) {
    submit(1, M, of(1));
    submit(2, M, of(1));
    submit(3, M, of(1));
    finished(1);
    submit(4, M, of(1));
    EXPECT_EQ(finished(2), "");
    EXPECT_EQ(dispatch_.view_worker(0).in_flight, 1U);
    EXPECT_EQ(finished(3), "run 4");
}

TEST_F(Batches, are_of_one_form) {
    submit(1, M, of(1));
    submit(2, M, of(1, 7));
    submit(3, M, of(1, 8));
    submit(4, M, of(1, 7));
    EXPECT_EQ(finished(1), "run 2+4");
    EXPECT_EQ(finished(2) + finished(4), "run 3");
}

TEST_F(Batches, are_none_where_a_model_takes_one_row) {
    submit(1, A, of(1));
    EXPECT_EQ(submit(2, A, of(1)), "run 2");
    submit(3, A, of(1));
    EXPECT_EQ(finished(1), "run 3");
}

TEST_F(Batches, of_a_dead_worker_are_tried_one_by_one) {
    submit(1, M, of(1));
    submit(2, M, of(1));
    submit(3, M, of(1));
    EXPECT_EQ(finished(1), "run 2+3");
    die_and_come_back();
    EXPECT_EQ(loaded(M), "M hot, run 2 alone");
    EXPECT_EQ(finished(2), "run 3 alone");
    EXPECT_EQ(finished(3), "load A");
}

TEST_F(Batches, have_the_time_of_each_of_their_jobs_and_are_tried_one_by_one_beyond_it) {
    submit(1, M, of(1));
    submit(2, M, of(1));
    submit(3, M, of(1));
    finished(1);
    wait(2 * kMaxRun - 1ms);
    EXPECT_EQ(tick(), "");
    wait(1ms);
    EXPECT_EQ(tick(), "kill w0");
    die_and_come_back();
    EXPECT_EQ(loaded(M), "M hot, run 2 alone");
}

TEST_F(Batches, begin_with_whom_has_had_the_least) {
    submit(1, M, of(1));
    submit(2, M, of(1));
    submit(3, M, of(2));
    EXPECT_EQ(finished(1), "run 3+2");
}

TEST_F(Batches, share_the_worker_by_user_however_many_jobs_one_has) {
    for (const JobId job : {JobId{1}, JobId{2}, JobId{3}, JobId{4}})
        submit(job, A, of(1));
    submit(5, A, of(2));
    EXPECT_EQ(finished(1), "run 5");
}

TEST_F(Batches, go_by_priority_first) {
    submit(1, A);
    submit(2, A);
    JobTraits later, sooner;
    later.priority = Priority::background;
    sooner.priority = Priority::interactive;
    submit(3, A, later);
    submit(4, A);
    submit(5, A, sooner);
    EXPECT_EQ(finished(1), "run 5");
    EXPECT_EQ(finished(2), "run 4");
    EXPECT_EQ(finished(5), "run 3");
}

// ---- Deadlines ----------------------------------------------------------------------------------

TEST_F(Batches, do_not_hold_what_has_become_too_late) {
    run_once(1, 100ms);
    submit(2, A);
    submit(3, A);
    EXPECT_EQ(submit(4, A, until(1s)), "");
    EXPECT_EQ(wait_for_tick(), "run 3");
    EXPECT_EQ(*next_tick_in(), 800ms + 500us + Duration(1)) << "what it takes to run counts";
    EXPECT_EQ(wait_for_tick(), "refuse 4 too_late");
    EXPECT_EQ(dispatch_.view_model(A).queued, 0U);
}

TEST_F(Batches, do_not_begin_what_is_too_late_by_then) {
    submit(1, A);
    submit(2, A);
    submit(3, A, until(1s));
    wait(2s);
    EXPECT_EQ(finished(1), "refuse 3 too_late");
}

TEST_F(Batches, do_not_take_what_must_wait_too_long_for_what_runs_and_for_its_own_session) {
    run_once(1, 100ms);
    submit(2, A, of(1));
    submit(3, A, of(1));
    const auto in = [&](Uid uid, Duration from_now) {
        JobTraits traits = until(from_now);
        traits.submitter = {uid, uid};
        return traits;
    };
    EXPECT_EQ(submit(4, A, in(1, 290ms)), "refuse 4 too_late") << "two run, 100 ms each";
    EXPECT_EQ(submit(5, A, in(1, 310ms)), "");
    EXPECT_EQ(submit(6, A, in(1, 340ms)), "refuse 6 too_late") << "job 5 goes first";
    EXPECT_EQ(submit(7, A, in(2, 340ms)), "") << "it may go before job 5";
}

TEST_F(Batches, leave_out_who_would_be_too_late_at_their_end) {
    submit(1, M, of(1));
    wait(80ms);
    finished(1);
    EXPECT_EQ(submit(2, M, of(1)), "run 2");
    for (const auto& [job, deadline] : {std::pair{3, 250ms}, {4, 1000ms}, {5, 1000ms}})
        EXPECT_EQ(submit(static_cast<JobId>(job), M, until(deadline)), "");
    wait(80ms);
    finished(2);
    EXPECT_EQ(wait_for_tick(), "refuse 3 too_late, run 4+5") << "80 ms a row";
}

TEST_F(Batches, let_a_model_leave_that_only_those_kept_who_are_too_late) {
    submit(1, M, of(1));
    wait(80ms);
    finished(1);
    EXPECT_EQ(submit(2, M, of(1)), "run 2");
    EXPECT_EQ(submit(3, M, until(176ms)), "");
    unload(M);
    wait(95ms);
    finished(2);  // rows take a little longer than was known
    EXPECT_EQ(wait_for_tick(), "refuse 3 too_late, unload M");
}

TEST_F(Batches, hold_what_is_in_time) {
    submit(1, A);
    submit(2, A);
    submit(3, A, until(1s));
    EXPECT_EQ(finished(1), "run 3");
    wait(2s);
    EXPECT_EQ(tick(), "") << "what runs is let end";
}

TEST_F(Batches, do_not_take_what_is_too_late_when_it_comes) {
    EXPECT_EQ(submit(1, A, until(-1s)), "refuse 1 too_late");
    EXPECT_EQ(dispatch_.jobs(), 0U);
}

TEST_F(Batches, take_what_may_be_in_time_for_all_that_is_known) {
    EXPECT_EQ(submit(1, A, until(1ms)), "run 1");
}

TEST_F(Batches, know_that_a_model_has_to_be_loaded_first) {
    unload(A);
    unloaded(A);
    load(A);
    wait(3s);
    EXPECT_EQ(loaded(A), "A hot");
    unload(A);
    unloaded(A);
    EXPECT_EQ(submit(1, A, until(2s)), "refuse 1 too_late");
    EXPECT_EQ(submit(2, A, until(4s)), "load A");
    wait(2s);
    EXPECT_EQ(submit(3, A, until(1s)), "") << "most of the load is done";
}

TEST_F(Batches, learn_from_what_they_took) {
    for (JobId job = 1; job <= 40; ++job) {
        submit(job, A);
        wait(500ms);
        finished(job);
    }
    EXPECT_EQ(submit(41, A, until(400ms)), "refuse 41 too_late");
    EXPECT_EQ(submit(42, A, until(600ms)), "run 42");
}

TEST_F(Batches, learn_nothing_from_what_failed) {
    run_once(1, 500ms);
    submit(2, A);
    wait(1ms);
    dispatch_.finished(2, now(), false);
    EXPECT_EQ(submit(3, A, until(400ms)), "refuse 3 too_late");
}

TEST_F(Batches, learn_nothing_from_what_a_cache_answered) {
    run_once(1, 500ms);
    submit(2, A);
    wait(1ms);
    answered_from_cache(2, 1ms);
    EXPECT_EQ(submit(3, A, until(400ms)), "refuse 3 too_late");
}

TEST_F(Batches, charge_what_a_cache_answered_with_what_that_took_and_the_others_with_the_rest) {
    run_two_together();
    EXPECT_EQ(submit(4, A, of(9)), "run 4");
    submit(5, A, of(2));
    submit(6, A, of(1));
    wait(100ms);
    EXPECT_EQ(answered_from_cache(2, 1ms), "");
    EXPECT_EQ(finished(3), "run 6") << "user 1 has had next to nothing";
}

TEST_F(Batches, charge_nothing_for_what_the_worker_left_out) {
    run_two_together();
    EXPECT_EQ(submit(4, A, of(9)), "run 4");
    submit(5, A, of(2));
    submit(6, A, of(1));
    EXPECT_EQ(cancel(2), "drop 2");
    wait(100ms);
    EXPECT_EQ(left_out(2), "");
    EXPECT_EQ(finished(3), "run 6") << "user 1 has had nothing";
}

TEST_F(Batches, charge_what_was_stopped_by_itself_with_the_time_until_then) {
    submit(1, A, of(1));
    EXPECT_EQ(submit(2, A, of(9)), "run 2");
    submit(3, A, of(1));
    submit(4, A, of(2));
    cancel(1);
    wait(100ms);
    EXPECT_EQ(left_out(1), "run 4") << "user 1 has had a tenth of a second";
}

TEST_F(Batches, charge_nothing_for_what_is_left_out_before_its_turn) {
    submit(1, A, of(9));
    EXPECT_EQ(submit(2, A, of(1)), "run 2");
    submit(3, A, of(2));
    submit(4, A, of(1));
    wait(100ms);
    cancel(2);
    EXPECT_EQ(left_out(2), "run 3");
    submit(5, A, of(2));
    EXPECT_EQ(finished(1), "");
    EXPECT_EQ(wait_for_tick(), "run 4") << "user 1 has had nothing yet";
}

TEST_F(Batches, learn_from_those_of_a_batch_that_were_not_left_out) {
    run_two_together();
    cancel(2);
    wait(500ms);
    left_out(2);
    finished(3);
    expect_to_learn_half_a_second();
}

TEST_F(Batches, learn_nothing_from_what_was_stopped) {
    run_once(1, 500ms);
    submit(2, A);
    cancel(2);
    wait(1ms);
    left_out(2);
    EXPECT_EQ(submit(3, A, until(400ms)), "refuse 3 too_late");
}

TEST_F(Batches, have_the_time_of_those_of_their_jobs_that_were_not_left_out) {
    submit(1, M, of(1));
    submit(2, M, of(1));
    submit(3, M, of(1));
    finished(1);
    cancel(2);
    left_out(2);
    wait(kMaxRun - 1ms);
    EXPECT_EQ(tick(), "");
    wait(1ms);
    EXPECT_EQ(tick(), "kill w0");
    EXPECT_EQ(exited(), "refuse 3 run_limit, start w0") << "it is known which of them it was";
}

TEST_F(Batches, learn_from_those_of_a_batch_that_no_cache_answered) {
    run_two_together();
    wait(501ms);
    answered_from_cache(2, 1ms);
    finished(3);
    wait(2ms);  // as long as it is waited for mates
    expect_to_learn_half_a_second();
}

TEST_F(Batches, ignore_a_cache_that_answers_what_was_not_asked) {
    EXPECT_EQ(answered_from_cache(77, 1ms), "");
    submit(1, A);
    submit(2, A);
    submit(3, A);
    EXPECT_EQ(answered_from_cache(3, 1ms), "") << "it still waits";
    EXPECT_EQ(finished(1), "run 3");
}

TEST_F(Batches, let_one_try_after_many_that_were_refused_for_what_one_slow_run_took) {
    run_once(1, 2s);
    JobId job = 2;
    while (submit(job, A, until(100ms)) != "run " + std::to_string(job))
        ASSERT_LT(++job, JobId{50});
    EXPECT_GT(job, JobId{10}) << "what was measured is believed for a while";
}

TEST_F(Batches, let_one_try_after_many_that_were_refused_for_one_slow_load) {
    unload(A);
    unloaded(A);
    load(A);
    wait(3s);
    loaded(A);
    unload(A);
    unloaded(A);
    JobId job = 1;
    while (submit(job, A, until(100ms)) != "load A")
        ASSERT_LT(++job, JobId{50});
    EXPECT_GT(job, JobId{10});
}

}  // namespace
}  // namespace samovar::scheduler
