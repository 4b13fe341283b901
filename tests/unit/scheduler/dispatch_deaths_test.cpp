// Deaths of a worker by itself: who is tried again, who is under suspicion, who is refused.

#include "rig.hpp"

namespace samovar::scheduler {
namespace {

class Deaths : public Rig {
  protected:
    // A load of A kills the worker while job 1 of the hot model B is in flight.
    void die_loading_a_while_1_runs() {
        make_hot(B);
        submit(1, B);
        load(A);
        EXPECT_EQ(exited(), "start w0");
    }
};

// ---- Jobs ---------------------------------------------------------------------------------------

TEST_F(Deaths, PutJobsInFlightBackOnceAsSuspectsThatRunAlone) {
    make_hot(A);
    submit(1, A);
    submit(2, A);
    EXPECT_EQ(exited(), "start w0");
    EXPECT_EQ(ready(), "load A");
    EXPECT_EQ(loaded(A), "A hot, run 1 alone");
    EXPECT_EQ(finished(1), "run 2 alone");
    EXPECT_EQ(finished(2), "");
}

TEST_F(Deaths, LetNoNewJobRunBesideASuspect) {
    make_hot(A);
    submit(1, A);
    exited();
    ready();
    loaded(A);
    EXPECT_EQ(submit(2, A), "");
    EXPECT_EQ(finished(1), "run 2");
}

TEST_F(Deaths, LetASuspectWaitUntilNothingRunsBesideIt) {
    make_hot(A, B);
    submit(1, A);
    submit(2, B);
    submit(3, A);
    EXPECT_EQ(finished(1), "run 3");
    exited();
    ready();
    EXPECT_EQ(loaded(B), "B hot, run 2 alone");
    EXPECT_EQ(finished(2), "load A");
    EXPECT_EQ(loaded(A), "A hot, run 3 alone");
}

TEST_F(Deaths, PutQueuedJobsBackUnderNoSuspicion) {
    make_hot(A);
    for (JobId job = 1; job <= 4; ++job)
        submit(job, A);
    exited();
    ready();
    EXPECT_EQ(loaded(A), "A hot, run 1 alone");
    finished(1);
    EXPECT_EQ(finished(2), "run 3, run 4");
}

TEST_F(Deaths, RefuseAJobAtItsSecond) {
    make_hot(A);
    submit(1, A);
    exited();
    ready();
    loaded(A);
    EXPECT_EQ(exited(), "refuse 1 worker_died");
    EXPECT_EQ(dispatch_.jobs(), 0u);
}

TEST_F(Deaths, LeaveInnocentNeighboursAlive) {
    make_hot(A);
    submit(1, A);
    submit(2, A);
    submit(3, A);
    exited();
    ready();
    loaded(A);
    EXPECT_EQ(exited(), "refuse 1 worker_died");
    EXPECT_EQ(wait_for_tick(), "start w0");
    EXPECT_EQ(ready(), "load A");
    EXPECT_EQ(loaded(A), "A hot, run 2 alone");
    EXPECT_EQ(finished(2), "run 3");
    EXPECT_EQ(finished(3), "");
}

TEST_F(Deaths, ClearAJobThatRanAloneAndEnded) {
    make_hot(A);
    submit(1, A);
    exited();
    ready();
    loaded(A);
    finished(1);
    submit(2, A);
    submit(3, A);
    EXPECT_EQ(dispatch_.jobs_in_flight(), 2u);
}

TEST_F(Deaths, DoNotTouchTheJobsOfOtherWorkers) {
    dispatch_.add_worker();
    dispatch_.add_model(C, 1, {kMaxRun, {}});
    make_hot(A);
    submit(1, A);
    submit(2, C);
    ready(1);
    loaded(C);
    EXPECT_EQ(exited(0), "start w0");
    EXPECT_FALSE(dispatch_.finished(2, now()));
}

TEST_F(Deaths, AreNotCountedTwice) {
    make_hot(A);
    exited();
    ready();
    loaded(A);
    exited();
    ASSERT_EQ(state(), WorkerState::backing_off);
    EXPECT_EQ(exited(), "");
    EXPECT_EQ(exited(), "");
    EXPECT_EQ(wait_for_tick(), "start w0");
}

// ---- Models that were hot -----------------------------------------------------------------------

TEST_F(Deaths, MakeHotModelsWantedAgain) {
    make_hot(A, B);
    EXPECT_EQ(exited(), "start w0");
    EXPECT_EQ(ready(), "load A");
    EXPECT_EQ(loaded(A), "A hot, load B");
    EXPECT_EQ(loaded(B), "B hot");
}

TEST_F(Deaths, MakeALoadingModelWantedAgain) {
    load(A);
    ready();
    EXPECT_EQ(exited(), "start w0");
    EXPECT_EQ(ready(), "load A");
}

TEST_F(Deaths, LoadTheModelsThatJobsWaitForFirst) {
    make_hot(A, B);
    exited();
    submit(1, B);
    EXPECT_EQ(ready(), "load A");  // it was hot before the job came
    submit(2, B);
    loaded(A);
    loaded(B);
    finished(1);
    finished(2);
    submit(3, B);
    submit(4, B);
    submit(5, B);
    exited();
    wait_for_tick();
    EXPECT_EQ(ready(), "load B");
}

TEST_F(Deaths, OfAWorkerThatServesNobodyDoNotStartItAgain) {
    load(A);
    unload(A);
    EXPECT_EQ(exited(), "");
    EXPECT_EQ(state(), WorkerState::stopped);
}

// ---- Models that kill ---------------------------------------------------------------------------

TEST_F(Deaths, FailAModelAtItsSecondWhileLoading) {
    submit(1, A);
    ready();
    EXPECT_EQ(exited(), "start w0");
    EXPECT_EQ(ready(), "load A");
    EXPECT_EQ(exited(), "A failed, refuse 1 model_failed");
    EXPECT_EQ(submit(2, A), "refuse 2 model_failed");
}

TEST_F(Deaths, FailAModelForAsLongAsAWorkerThatDiesTooOften) {
    load(A);
    ready();
    exited();
    ready();
    exited();
    wait(limits_.restarts.failed_for - 1ns);
    EXPECT_EQ(submit(1, A), "refuse 1 model_failed");
    wait(1ns);
    EXPECT_EQ(submit(2, A), "start w0");
}

TEST_F(Deaths, AreForgivenByALoadThatEnds) {
    load(A);
    ready();
    exited();
    ready();
    loaded(A);
    exited();
    wait_for_tick();
    EXPECT_EQ(ready(), "load A");
    EXPECT_EQ(exited(), "");
    EXPECT_NE(residency(A), Residency::failed);
}

TEST_F(Deaths, LetASuspectModelLoadWithNoJobBesideIt) {
    die_loading_a_while_1_runs();
    EXPECT_EQ(ready(), "load B");
    EXPECT_EQ(loaded(B), "B hot, run 1 alone");
    EXPECT_EQ(submit(2, B), "");
    EXPECT_EQ(finished(1), "load A");
    EXPECT_EQ(submit(3, B), "");
    EXPECT_EQ(loaded(A), "A hot, run 2, run 3");
}

TEST_F(Deaths, LetASuspectModelComeAfterTheJobsBeforeItAndHoldBackThoseAfterIt) {
    make_hot(B);
    for (JobId job = 1; job <= 4; ++job)
        submit(job, B);
    load(A);
    exited();
    ready();
    EXPECT_EQ(loaded(B), "B hot, run 1 alone");
    EXPECT_EQ(finished(1), "run 2 alone");
    EXPECT_EQ(finished(2), "run 3, run 4");
    EXPECT_EQ(submit(5, B), "");
    EXPECT_EQ(finished(3), "");
    EXPECT_EQ(finished(4), "load A");
    EXPECT_EQ(loaded(A), "A hot, run 5");
}

TEST_F(Deaths, WhileAModelLoadsAreNotBlamedOnTheJobsBesideIt) {
    die_loading_a_while_1_runs();
    ready();
    loaded(B);
    EXPECT_EQ(finished(1), "load A");
    EXPECT_EQ(exited(), "A failed");
    EXPECT_EQ(wait_for_tick(), "start w0");
    EXPECT_EQ(ready(), "load B");
}

TEST_F(Deaths, OfAKillingJobAreNotBlamedOnTheModelThatLoadedBesideIt) {
    die_loading_a_while_1_runs();
    ready();
    loaded(B);
    EXPECT_EQ(exited(), "refuse 1 worker_died");
    wait_for_tick();
    EXPECT_EQ(ready(), "load A");
    EXPECT_EQ(loaded(A), "A hot, load B");
}

TEST_F(Deaths, LoadTheModelOfASuspectJobBeforeAnyOther) {
    make_hot(A, B);
    submit(1, B);
    exited();
    EXPECT_EQ(ready(), "load B");
    EXPECT_EQ(loaded(B), "B hot, run 1 alone");
    EXPECT_EQ(finished(1), "load A");
}

TEST_F(Deaths, LetNothingLoadBesideASuspectJob) {
    make_hot(B);
    submit(1, B);
    exited();
    ready();
    EXPECT_EQ(loaded(B), "B hot, run 1 alone");
    EXPECT_EQ(load(A), "");
    EXPECT_EQ(finished(1), "load A");
}

TEST_F(Deaths, LetNothingRunOrLoadBeforeASuspectJobWhoseModelIsHot) {
    dispatch_.add_model(C, 0, {kMaxRun, {}});
    make_hot(A, B, C);
    // Jobs 2 to 4 wait for an unload that is overruled; job 5 passes them.
    submit(1, B);
    unload(B);
    for (const JobId job : {JobId{2}, JobId{3}, JobId{4}})
        EXPECT_EQ(submit(job, B), "");
    EXPECT_EQ(submit(5, A), "run 5");
    EXPECT_EQ(load(B), "B hot");
    exited();
    EXPECT_EQ(ready(), "load B");
    EXPECT_EQ(loaded(B), "B hot, run 1 alone");
    EXPECT_EQ(finished(1), "load A, run 2, run 3");
    EXPECT_EQ(loaded(A), "A hot");
    EXPECT_EQ(finished(2), "");
    EXPECT_EQ(finished(3), "run 5 alone");
    EXPECT_EQ(finished(5), "load C, run 4");
}

TEST_F(Deaths, LetLoadsGoOnWhenTheSuspectJobIsCancelled) {
    make_hot(A, B);
    submit(1, B);
    exited();
    EXPECT_EQ(ready(), "load B");
    EXPECT_EQ(cancel(1), "refuse 1 cancelled");
    EXPECT_EQ(loaded(B), "B hot, load A");
}

TEST_F(Deaths, LetLoadsGoOnWhenTheModelOfTheSuspectJobFails) {
    make_hot(A, B);
    submit(1, B);
    exited();
    ready();
    EXPECT_EQ(load_failed(B), "B failed, refuse 1 model_failed, load A");
}

}  // namespace
}  // namespace samovar::scheduler
