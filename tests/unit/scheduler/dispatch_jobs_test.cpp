// The way of a job whose worker does not die.

#include "rig.hpp"

namespace samovar::scheduler {
namespace {

class Jobs : public Rig {};

TEST_F(Jobs, AJobForAStoppedWorkerStartsItLoadsTheModelAndRuns) {
    EXPECT_EQ(submit(1, A), "start w0");
    EXPECT_EQ(ready(), "load A");
    EXPECT_EQ(loaded(A), "A hot, run 1");
    EXPECT_EQ(finished(1), "");
    EXPECT_EQ(dispatch_.jobs(), 0u);
}

TEST_F(Jobs, AJobForAHotModelRunsAtOnce) {
    make_hot(A);
    EXPECT_EQ(submit(1, A), "run 1");
}

TEST_F(Jobs, TwoAreInFlightAtMost) {
    make_hot(A);
    EXPECT_EQ(submit(1, A), "run 1");
    EXPECT_EQ(submit(2, A), "run 2");
    EXPECT_EQ(submit(3, A), "");
    EXPECT_EQ(finished(1), "run 3");
    EXPECT_EQ(dispatch_.jobs_in_flight(), 2u);
}

TEST_F(Jobs, RunInTheOrderOfSubmissionAcrossModels) {
    make_hot(A, B);
    submit(1, A);
    submit(2, A);
    submit(3, B);
    submit(4, A);
    submit(5, B);
    EXPECT_EQ(finished(1), "run 3");
    EXPECT_EQ(finished(2), "run 4");
    EXPECT_EQ(finished(3), "run 5");
}

TEST_F(Jobs, RunInTheOrderOfSubmissionAlsoWhereTheyWaitedForTheirModel) {
    make_hot(A);
    submit(1, A);
    submit(2, A);
    submit(3, B);
    submit(4, A);
    loaded(B);
    EXPECT_EQ(finished(1), "run 3");
    EXPECT_EQ(finished(2), "run 4");
}

TEST_F(Jobs, ALoadingModelDoesNotHoldUpAHotOne) {
    make_hot(A);
    EXPECT_EQ(submit(1, B), "load B");
    EXPECT_EQ(submit(2, A), "run 2");
    EXPECT_EQ(finished(2), "");
    EXPECT_EQ(loaded(B), "B hot, run 1");
}

TEST_F(Jobs, WorkersDoNotHoldUpEachOther) {
    dispatch_.add_worker();
    dispatch_.add_model(C, 1, {kMaxRun, {}});
    make_hot(A);
    submit(1, A);
    submit(2, A);
    EXPECT_EQ(submit(3, C), "start w1");
    EXPECT_EQ(ready(1), "load C");
    EXPECT_EQ(loaded(C), "C hot, run 3");
}

TEST_F(Jobs, MayFinishInAnyOrder) {
    make_hot(A);
    submit(1, A);
    submit(2, A);
    submit(3, A);
    EXPECT_EQ(finished(2), "run 3");
    EXPECT_EQ(finished(1), "");
    EXPECT_EQ(finished(3), "");
    EXPECT_EQ(dispatch_.jobs(), 0u);
}

TEST_F(Jobs, AreCountedWhereTheyAre) {
    make_hot(A);
    for (JobId job = 1; job <= 5; ++job)
        submit(job, A);
    EXPECT_EQ(dispatch_.view_model(A).queued, 3u);
    EXPECT_EQ(dispatch_.view_model(A).in_flight, 2u);
    EXPECT_EQ(dispatch_.view_worker(0).in_flight, 2u);
    EXPECT_EQ(dispatch_.jobs(), 5u);
}

// ---- Cancel -------------------------------------------------------------------------------------

TEST_F(Jobs, CancelledWhileTheWorkerStartsIsRefusedAtOnceAndTheWorkerStopsAgain) {
    submit(1, A);
    EXPECT_EQ(cancel(1), "refuse 1 cancelled");
    EXPECT_EQ(ready(), "stop w0");
}

TEST_F(Jobs, CancelledWhileItsModelLoadsIsRefusedAtOnceAndTheModelBecomesHot) {
    submit(1, A);
    ready();
    EXPECT_EQ(cancel(1), "refuse 1 cancelled");
    EXPECT_EQ(loaded(A), "A hot");
}

TEST_F(Jobs, CancelledInTheQueueIsRefusedAtOnceAndNeverRuns) {
    make_hot(A);
    for (JobId job = 1; job <= 4; ++job)
        submit(job, A);
    EXPECT_EQ(cancel(3), "refuse 3 cancelled");
    EXPECT_EQ(finished(1), "run 4");
}

TEST_F(Jobs, CancelledInFlightEndsMarkedWithTheWorkersAnswer) {
    make_hot(A);
    submit(1, A);
    EXPECT_EQ(cancel(1), "drop 1");
    EXPECT_TRUE(dispatch_.finished(1, now()));
    EXPECT_EQ(asked(), "");
}

TEST_F(Jobs, CancelledInFlightAreDroppedOnce) {
    make_hot(A);
    submit(1, A);
    EXPECT_EQ(cancel(1), "drop 1");
    EXPECT_EQ(cancel(1), "");
    EXPECT_FALSE(dispatch_.abandon(1, now()));
    EXPECT_EQ(asked(), "");
}

TEST_F(Jobs, LeftOutByTheWorkerGiveTheirPlaceToTheNext) {
    make_hot(A);
    for (JobId job = 1; job <= 3; ++job)
        submit(job, A);
    cancel(2);
    EXPECT_EQ(finished(1), "run 3");
    EXPECT_EQ(left_out(2), "");
    EXPECT_EQ(left_out(2), "") << "once";
    EXPECT_EQ(dispatch_.jobs(), 1u);
}

TEST_F(Jobs, ThatAreUnknownOrStillWaitCannotBeLeftOut) {
    make_hot(A);
    for (JobId job = 1; job <= 3; ++job)
        submit(job, A);
    EXPECT_EQ(left_out(7), "");
    EXPECT_EQ(left_out(3), "");
    EXPECT_EQ(dispatch_.jobs(), 3u);
}

TEST_F(Jobs, CancelledInFlightIsNotTriedAgainWhenTheWorkerDies) {
    make_hot(A);
    submit(1, A);
    cancel(1);
    EXPECT_EQ(exited(), "refuse 1 cancelled, start w0");
}

TEST_F(Jobs, CancelledWhileTheWorkerBacksOffDoesNotStartIt) {
    submit(1, A);
    exited();
    EXPECT_EQ(exited(), "");
    ASSERT_EQ(state(), WorkerState::backing_off);
    EXPECT_EQ(cancel(1), "refuse 1 cancelled");
    EXPECT_EQ(wait_for_tick(), "");
    EXPECT_EQ(state(), WorkerState::stopped);
}

TEST_F(Jobs, ThatAreNotCancelledAreNotMarked) {
    make_hot(A);
    submit(1, A);
    EXPECT_FALSE(dispatch_.finished(1, now()));
}

TEST_F(Jobs, ThatAreUnknownCanBeCancelledAndFinishedWithoutEffect) {
    make_hot(A);
    submit(1, A);
    EXPECT_EQ(cancel(7), "");
    EXPECT_EQ(finished(7), "");
    EXPECT_EQ(dispatch_.jobs(), 1u);
}

TEST_F(Jobs, ThatStillWaitCannotBeFinishedByAWorker) {
    make_hot(A);
    for (JobId job = 1; job <= 3; ++job)
        submit(job, A);
    EXPECT_EQ(finished(3), "");
    EXPECT_EQ(finished(1), "run 3");
}

// ---- Abandon ------------------------------------------------------------------------------------

TEST_F(Jobs, AbandonedWhileWaitingAreGoneWithoutAWord) {
    submit(1, A);
    EXPECT_TRUE(dispatch_.abandon(1, now()));
    EXPECT_EQ(asked(), "");
    EXPECT_EQ(dispatch_.jobs(), 0u);
    EXPECT_EQ(ready(), "stop w0");
}

TEST_F(Jobs, AbandonedInTheQueueAreGoneWithoutAWord) {
    make_hot(A);
    for (JobId job = 1; job <= 3; ++job)
        submit(job, A);
    EXPECT_TRUE(dispatch_.abandon(3, now()));
    EXPECT_EQ(finished(1), "");
    EXPECT_EQ(dispatch_.jobs(), 1u);
}

TEST_F(Jobs, AbandonedInFlightEndMarkedWithTheWorkersAnswer) {
    make_hot(A);
    submit(1, A);
    EXPECT_FALSE(dispatch_.abandon(1, now()));
    EXPECT_EQ(asked(), "drop 1");
    EXPECT_EQ(dispatch_.jobs(), 1u);
    EXPECT_TRUE(dispatch_.finished(1, now()));
    EXPECT_EQ(dispatch_.jobs(), 0u);
}

TEST_F(Jobs, AbandonedInFlightEndWhenTheWorkerIsGone) {
    make_hot(A);
    submit(1, A);
    dispatch_.abandon(1, now());
    EXPECT_EQ(exited(), "drop 1, refuse 1 cancelled, start w0");
    EXPECT_EQ(dispatch_.jobs(), 0u);
}

TEST_F(Jobs, AbandonedWhenPutBackAfterADeathAreGoneWithoutAWord) {
    make_hot(A);
    submit(1, A);
    exited();
    EXPECT_TRUE(dispatch_.abandon(1, now()));
    EXPECT_EQ(asked(), "");
    EXPECT_EQ(dispatch_.jobs(), 0u);
}

}  // namespace
}  // namespace samovar::scheduler
