// What the end of the daemon does to jobs, models and workers.

#include "rig.hpp"

namespace samovar::scheduler {
namespace {

class ShutDown : public Rig {};

TEST_F(ShutDown, RefusesWhatWaitsAndLetsInFlightEnd) {
    make_hot(A);
    for (JobId job = 1; job <= 3; ++job)
        submit(job, A);
    submit(4, B);
    EXPECT_EQ(shut_down(), "refuse 3 shutting_down, refuse 4 shutting_down");
    EXPECT_FALSE(dispatch_.finished(1, now()));
    EXPECT_FALSE(dispatch_.finished(2, now()));
    EXPECT_EQ(asked(), "");
    EXPECT_EQ(dispatch_.jobs(), 0u);
}

TEST_F(ShutDown, RefusesNewJobs) {
    make_hot(A);
    shut_down();
    EXPECT_EQ(submit(1, A), "refuse 1 shutting_down");
}

TEST_F(ShutDown, TellsThoseWhoWaitForALoadThatHasNotBegun) {
    load(A);
    EXPECT_EQ(shut_down(), "A cold");
}

TEST_F(ShutDown, AnswersALoadWithWhatTheModelIs) {
    make_hot(A);
    shut_down();
    EXPECT_EQ(load(A), "A hot");
    EXPECT_EQ(load(B), "B cold");
}

TEST_F(ShutDown, DoesNotTryJobsAgainWhoseWorkerDies) {
    make_hot(A);
    submit(1, A);
    submit(2, A);
    cancel(2);
    shut_down();
    EXPECT_EQ(exited(), "refuse 1 shutting_down, refuse 2 cancelled, A cold");
    EXPECT_EQ(dispatch_.next_tick(), std::nullopt);
}

TEST_F(ShutDown, BlamesNoSuspectForTheEndOfItsWorker) {
    make_hot(A);
    submit(1, A);
    die_and_come_back();
    dispatch_.model_loaded(A, now());
    ASSERT_EQ(asked(), "A hot, run 1 alone");
    shut_down();
    EXPECT_EQ(exited(), "refuse 1 shutting_down, A cold");
}

TEST_F(ShutDown, BlamesNoSuspectModelForTheEndOfItsWorker) {
    load(A);
    ready();
    die_and_come_back();
    ASSERT_EQ(residency(A), Residency::loading);
    shut_down();
    EXPECT_EQ(exited(), "A cold");
}

TEST_F(ShutDown, TellsThoseWhoWaitForALoadWhoseWorkerDies) {
    load(A);
    ready();
    EXPECT_EQ(shut_down(), "");
    EXPECT_EQ(exited(), "A cold");
    EXPECT_EQ(state(), WorkerState::stopped);
}

TEST_F(ShutDown, StopsAWorkerThatWasStartingForNothingElse) {
    submit(1, A);
    EXPECT_EQ(shut_down(), "refuse 1 shutting_down");
    EXPECT_EQ(ready(), "stop w0");
    EXPECT_EQ(exited(), "");
}

TEST_F(ShutDown, DoesNotStartAWorkerThatBacksOff) {
    submit(1, A);
    exited();
    exited();
    ASSERT_EQ(state(), WorkerState::backing_off);
    EXPECT_EQ(shut_down(), "refuse 1 shutting_down");
    EXPECT_EQ(wait_for_tick(), "");
    EXPECT_EQ(dispatch_.next_tick(), std::nullopt);
}

TEST_F(ShutDown, StillEnforcesTheRunLimit) {
    make_hot(A);
    submit(1, A);
    shut_down();
    EXPECT_EQ(wait_for_tick(), "kill w0");
    EXPECT_EQ(exited(), "refuse 1 run_limit, A cold");
}

TEST_F(ShutDown, ForgetsARetiredModelWhoseJobsItRefused) {
    submit(1, A);
    retire(A);
    EXPECT_EQ(shut_down(), "refuse 1 shutting_down, forget A");
}

}  // namespace
}  // namespace samovar::scheduler
