// When the next batch is sent behind the one that runs.

#include "tests/unit/scheduler/rig.hpp"

namespace samovar::scheduler {
namespace {

class Handover : public Rig {
  protected:
    Handover() { make_hot(A); }

    static JobTraits of(Uid uid) {
        JobTraits traits;
        traits.submitter = {uid, uid};
        return traits;
    }
    // Many jobs of this length, of which these parts went beside the inference.
    void learn(Duration length, const Beside& beside = {}) {
        for (JobId job = 1; job <= 80; ++job) {
            submit(job, A);
            wait(length);
            dispatch_.finished(job, now(), true, beside);
            asked();
        }
    }
};

TEST_F(Handover, is_late_so_that_who_comes_meanwhile_can_still_be_first) {
    learn(10ms);
    EXPECT_EQ(submit(101, A, of(1)), "run 101");
    EXPECT_EQ(submit(102, A, of(1)), "");
    EXPECT_EQ(next_tick_in(), 9500us);
    wait(5ms);
    EXPECT_EQ(submit(103, A, of(2)), "");
    EXPECT_EQ(next_tick_in(), 4500us);
    EXPECT_EQ(wait_for_tick(), "run 103");
    EXPECT_EQ(submit(104, A, of(1)), "") << "one runs, one lies ready";
    EXPECT_EQ(finished(101), "");
    EXPECT_EQ(wait_for_tick(), "run 102");
}

TEST_F(Handover, is_at_once_where_the_batch_ends_sooner) {
    learn(10ms);
    submit(101, A, of(1));
    EXPECT_EQ(submit(102, A, of(1)), "");
    wait(3ms);
    EXPECT_EQ(finished(101), "run 102");
}

TEST_F(Handover, is_at_once_where_it_should_have_ended_already) {
    learn(10ms);
    submit(101, A, of(1));
    wait(20ms);
    EXPECT_EQ(submit(102, A, of(1)), "run 102");
}

TEST_F(Handover, is_at_once_where_nothing_is_known_yet) {
    EXPECT_EQ(submit(101, A, of(1)), "run 101");
    EXPECT_EQ(submit(102, A, of(1)), "run 102");
}

TEST_F(Handover, is_at_once_where_jobs_are_brief) {
    learn(1900us);
    EXPECT_EQ(submit(101, A, of(1)), "run 101");
    EXPECT_EQ(submit(102, A, of(1)), "run 102");
}

TEST_F(Handover, leaves_time_to_prepare) {
    learn(10ms, {.preparing = 0.4});
    submit(101, A, of(1));
    submit(102, A, of(1));
    EXPECT_NEAR(std::chrono::duration<double>(next_tick_in().value()).count(), 5.5e-3, 1e-4);
}

TEST_F(Handover, uses_the_time_in_which_answers_are_finished) {
    learn(10ms, {.finishing = 0.7});
    submit(101, A, of(1));
    submit(102, A, of(1));
    EXPECT_NEAR(std::chrono::duration<double>(next_tick_in().value()).count(), 2.5e-3, 1e-4);
}

}  // namespace
}  // namespace samovar::scheduler
