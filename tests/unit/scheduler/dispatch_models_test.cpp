// Loading, unloading, retiring, and the worker that comes and goes with its models.

#include "rig.hpp"

namespace samovar::scheduler {
namespace {

class Models : public Rig {};

// ---- Load ---------------------------------------------------------------------------------------

TEST_F(Models, ALoadStartsTheWorkerAndMakesTheModelHot) {
    EXPECT_EQ(load(A), "start w0");
    EXPECT_EQ(ready(), "load A");
    EXPECT_EQ(residency(A), Residency::loading);
    EXPECT_EQ(loaded(A), "A hot");
    EXPECT_EQ(residency(A), Residency::hot);
}

TEST_F(Models, ALoadOfAHotModelIsToldSoAtOnce) {
    make_hot(A);
    EXPECT_EQ(load(A), "A hot");
}

TEST_F(Models, ALoadOfALoadingModelDoesNotLoadItTwice) {
    load(A);
    ready();
    EXPECT_EQ(load(A), "");
    EXPECT_EQ(loaded(A), "A hot");
}

TEST_F(Models, OneOfAWorkersModelsLoadsAtATime) {
    make_hot(A);
    dispatch_.add_model(C, 0, {kMaxRun, {}});
    EXPECT_EQ(load(B), "load B");
    EXPECT_EQ(load(C), "");
    EXPECT_EQ(loaded(B), "B hot, load C");
}

TEST_F(Models, LoadInTheOrderOfTheJobsThatWaitForThem) {
    dispatch_.add_model(C, 0, {kMaxRun, {}});
    submit(1, C);
    submit(2, A);
    submit(3, B);
    EXPECT_EQ(ready(), "load C");
    EXPECT_EQ(loaded(C), "C hot, load A, run 1");
    EXPECT_EQ(loaded(A), "A hot, load B, run 2");
}

TEST_F(Models, ALoadWithoutAJobComesAfterTheJobsBeforeIt) {
    submit(1, B);
    load(A);
    EXPECT_EQ(ready(), "load B");
    EXPECT_EQ(loaded(B), "B hot, load A, run 1");
}

TEST_F(Models, ALoadWithoutAJobComesBeforeTheJobsAfterIt) {
    load(B);
    submit(1, A);
    EXPECT_EQ(ready(), "load B");
    EXPECT_EQ(loaded(B), "B hot, load A");
}

TEST_F(Models, ALoadKeepsItsPlaceWhenJobsForItsModelFollow) {
    load(B);
    submit(1, A);
    submit(2, B);
    EXPECT_EQ(ready(), "load B");
}

TEST_F(Models, AFailedLoadRefusesTheJobsThatWaitedAndStopsTheEmptyWorker) {
    submit(1, A);
    submit(2, A);
    ready();
    EXPECT_EQ(load_failed(A), "A failed, refuse 1 model_failed, refuse 2 model_failed, stop w0");
}

TEST_F(Models, AFailedLoadLeavesTheNextModelItsTurn) {
    submit(1, A);
    submit(2, B);
    ready();
    EXPECT_EQ(load_failed(A), "A failed, refuse 1 model_failed, load B");
}

TEST_F(Models, AFailedLoadHurtsNoHotModel) {
    make_hot(B);
    submit(1, A);
    EXPECT_EQ(load_failed(A), "A failed, refuse 1 model_failed");
    EXPECT_EQ(submit(2, B), "run 2");
}

TEST_F(Models, AFailedModelRefusesJobsForAWhileAndSaysUntilWhen) {
    make_hot(B);
    load(A);
    load_failed(A);
    dispatch_.submit(1, A, {}, now());
    const auto actions = dispatch_.take();
    ASSERT_EQ(actions.size(), 1u);
    EXPECT_EQ(std::get<RefuseJob>(actions[0]).why, Refusal::model_failed);
    EXPECT_EQ(std::get<RefuseJob>(actions[0]).retry_at, now() + limits_.failed_model);
    EXPECT_EQ(dispatch_.view_model(A).retry_at, now() + limits_.failed_model);
}

TEST_F(Models, AFailedModelIsTriedAgainByAJobWhenItsTimeHasCome) {
    make_hot(B);
    load(A);
    load_failed(A);
    wait(limits_.failed_model - 1ns);
    EXPECT_EQ(submit(1, A), "refuse 1 model_failed");
    wait(1ns);
    EXPECT_EQ(submit(2, A), "load A");
}

TEST_F(Models, AFailedModelIsTriedAgainAtOnceWhenSomebodyAsks) {
    make_hot(B);
    load(A);
    load_failed(A);
    EXPECT_EQ(load(A), "load A");
}

TEST_F(Models, AFailedModelIsTriedAgainByAJobAfterForgive) {
    make_hot(B);
    load(A);
    load_failed(A);
    EXPECT_EQ(forgive(), "");
    EXPECT_EQ(submit(1, A), "load A");
}

TEST_F(Models, AnswersThatNobodyAskedForAreIgnored) {
    make_hot(A);
    EXPECT_EQ(loaded(A), "");
    EXPECT_EQ(load_failed(A), "");
    EXPECT_EQ(unloaded(A), "");
    EXPECT_EQ(loaded(B), "");
    EXPECT_EQ(loaded('?'), "");
    EXPECT_EQ(load_failed('?'), "");
    EXPECT_EQ(unloaded('?'), "");
    EXPECT_EQ(residency(A), Residency::hot);
}

// ---- Unload -------------------------------------------------------------------------------------

TEST_F(Models, AnUnloadOfAnIdleModelIsSentAtOnce) {
    make_hot(A, B);
    EXPECT_EQ(unload(A), "unload A");
    EXPECT_EQ(residency(A), Residency::unloading);
    EXPECT_EQ(unloaded(A), "A cold");
}

TEST_F(Models, AnUnloadWaitsForTheModelsJobs) {
    make_hot(A, B);
    for (JobId job = 1; job <= 3; ++job)
        submit(job, A);
    EXPECT_EQ(unload(A), "");
    EXPECT_EQ(finished(1), "run 3");
    EXPECT_EQ(finished(2), "");
    EXPECT_EQ(finished(3), "unload A");
}

TEST_F(Models, AnUnloadDoesNotWaitForTheJobsOfOthers) {
    make_hot(A, B);
    submit(1, B);
    EXPECT_EQ(unload(A), "unload A");
}

TEST_F(Models, AnUnloadGoesOnWhenTheLastQueuedJobIsCancelled) {
    make_hot(A, B);
    submit(1, B);
    submit(2, B);
    submit(3, A);
    EXPECT_EQ(unload(A), "");
    EXPECT_EQ(cancel(3), "refuse 3 cancelled, unload A");
}

TEST_F(Models, AJobSubmittedDuringAnUnloadLoadsTheModelAgain) {
    make_hot(A, B);
    submit(1, A);
    unload(A);
    EXPECT_EQ(submit(2, A), "");
    EXPECT_EQ(finished(1), "unload A");
    EXPECT_EQ(submit(3, A), "");
    EXPECT_EQ(unloaded(A), "A cold, load A");
    EXPECT_EQ(loaded(A), "A hot, run 2, run 3");
}

TEST_F(Models, AModelLoadedAgainAfterAnUnloadStaysHot) {
    make_hot(A, B);
    unload(A);
    submit(1, A);
    unloaded(A);
    loaded(A);
    EXPECT_EQ(finished(1), "");
    EXPECT_EQ(residency(A), Residency::hot);
}

TEST_F(Models, ALoadOverrulesAnUnloadThatWaits) {
    make_hot(A, B);
    submit(1, A);
    unload(A);
    submit(2, A);
    EXPECT_EQ(load(A), "A hot, run 2");
    finished(1);
    EXPECT_EQ(finished(2), "");
    EXPECT_EQ(residency(A), Residency::hot);
}

TEST_F(Models, ALoadDuringAnUnloadLoadsTheModelAgain) {
    make_hot(A, B);
    unload(A);
    EXPECT_EQ(load(A), "");
    EXPECT_EQ(unloaded(A), "A cold, load A");
    EXPECT_EQ(loaded(A), "A hot");
}

TEST_F(Models, AnUnloadOfALoadingModelUnloadsItWhenItHasCome) {
    make_hot(B);
    load(A);
    EXPECT_EQ(unload(A), "");
    EXPECT_EQ(loaded(A), "A hot, unload A");
    EXPECT_EQ(unloaded(A), "A cold");
}

TEST_F(Models, ALoadAfterAnUnloadOfALoadingModelKeepsIt) {
    make_hot(B);
    load(A);
    unload(A);
    load(A);
    EXPECT_EQ(loaded(A), "A hot");
    EXPECT_EQ(residency(A), Residency::hot);
}

TEST_F(Models, AnUnloadOfAColdModelIsToldSoAtOnce) {
    EXPECT_EQ(unload(A), "A cold");
}

TEST_F(Models, AnUnloadBeforeTheWorkerIsReadyTakesTheLoadBack) {
    load(A);
    EXPECT_EQ(unload(A), "A cold");
    EXPECT_EQ(ready(), "stop w0");
}

TEST_F(Models, AnUnloadBeforeTheWorkerIsReadyWaitsForTheJobsThatWait) {
    submit(1, A);
    EXPECT_EQ(unload(A), "");
    ready();
    EXPECT_EQ(loaded(A), "A hot, run 1");
    EXPECT_EQ(finished(1), "unload A");
}

TEST_F(Models, AnUnloadBeforeTheWorkerIsReadyIsToldWhenTheJobsAreCancelled) {
    submit(1, A);
    unload(A);
    EXPECT_EQ(cancel(1), "refuse 1 cancelled, A cold");
}

TEST_F(Models, AnUnloadOfAFailedModelMakesItColdSoThatJobsTryAgain) {
    make_hot(B);
    load(A);
    load_failed(A);
    EXPECT_EQ(unload(A), "A cold");
    EXPECT_EQ(submit(1, A), "load A");
}

TEST_F(Models, AnUnloadIsDoneWhenTheWorkerDiesMeanwhile) {
    make_hot(A, B);
    unload(A);
    EXPECT_EQ(exited(), "A cold, start w0");
    EXPECT_EQ(ready(), "load B");
}

TEST_F(Models, AnUnloadIsDoneWhenTheWorkerDiesAlsoWhereALoadFollowedIt) {
    make_hot(A);
    unload(A);
    load(A);
    EXPECT_EQ(exited(), "A cold, start w0");
    EXPECT_EQ(ready(), "load A");
}

TEST_F(Models, AnUnloadThatWaitedIsDoneWhenTheWorkerDiesAndTheJobsLoadItAgain) {
    make_hot(A);
    submit(1, A);
    unload(A);
    EXPECT_EQ(exited(), "A cold, start w0");
    EXPECT_EQ(ready(), "load A");
    EXPECT_EQ(loaded(A), "A hot, run 1 alone");
}

// ---- The worker goes with its last model --------------------------------------------------------

TEST_F(Models, TheLastModelOutStopsTheWorker) {
    make_hot(A, B);
    unload(A);
    EXPECT_EQ(unloaded(A), "A cold");
    unload(B);
    EXPECT_EQ(unloaded(B), "B cold, stop w0");
    EXPECT_EQ(exited(), "");
    EXPECT_EQ(state(), WorkerState::stopped);
}

TEST_F(Models, AJobThatComesWhileTheWorkerStopsStartsItAgain) {
    make_hot(A);
    unload(A);
    unloaded(A);
    ASSERT_EQ(state(), WorkerState::stopping);
    EXPECT_EQ(submit(1, A), "");
    EXPECT_EQ(exited(), "start w0");
    EXPECT_EQ(ready(), "load A");
}

TEST_F(Models, ALoadThatComesWhileTheWorkerStopsStartsItAgain) {
    make_hot(A);
    unload(A);
    unloaded(A);
    EXPECT_EQ(load(A), "");
    EXPECT_EQ(exited(), "start w0");
}

TEST_F(Models, AStopIsNoDeath) {
    make_hot(A);
    for (std::size_t i = 0; i < 2 * limits_.restarts.deaths; ++i) {
        unload(A);
        unloaded(A);
        exited();
        EXPECT_EQ(submit(i + 1, A), "start w0");
        ready();
        loaded(A);
        finished(i + 1);
    }
    EXPECT_EQ(dispatch_.view_worker(0).restarts, 0u);
}

// ---- Retire -------------------------------------------------------------------------------------

TEST_F(Models, ARetiredColdModelIsForgottenAtOnce) {
    EXPECT_EQ(retire(A), "forget A");
}

TEST_F(Models, ARetiredFailedModelIsForgottenAtOnce) {
    make_hot(B);
    load(A);
    load_failed(A);
    EXPECT_EQ(retire(A), "forget A");
}

TEST_F(Models, ARetiredHotModelIsUnloadedThenForgotten) {
    make_hot(A, B);
    EXPECT_EQ(retire(A), "unload A");
    EXPECT_EQ(unloaded(A), "A cold, forget A");
}

TEST_F(Models, RetireLetsJobsEndOnTheOldVersionWhileTheNewOneServes) {
    make_hot(A);
    for (JobId job = 1; job <= 3; ++job)
        submit(job, A);
    EXPECT_EQ(retire(A), "");
    EXPECT_EQ(submit(4, B), "load B");
    loaded(B);
    EXPECT_EQ(finished(1), "run 3");
    EXPECT_EQ(finished(2), "run 4");
    EXPECT_EQ(finished(3), "unload A");
    EXPECT_EQ(unloaded(A), "A cold, forget A");
}

TEST_F(Models, RetireLetsJobsEndThatStillWaitForTheOldVersion) {
    submit(1, A);
    EXPECT_EQ(retire(A), "");
    EXPECT_EQ(ready(), "load A");
    EXPECT_EQ(loaded(A), "A hot, run 1");
    EXPECT_EQ(finished(1), "unload A");
    EXPECT_EQ(unloaded(A), "A cold, forget A, stop w0");
}

TEST_F(Models, ARetiredModelIsForgottenWhenItsLastWaitingJobIsCancelled) {
    submit(1, A);
    retire(A);
    EXPECT_EQ(cancel(1), "refuse 1 cancelled, forget A");
}

TEST_F(Models, ARetiredModelIsForgottenWhenItsLastWaitingJobIsAbandoned) {
    submit(1, A);
    retire(A);
    dispatch_.abandon(1, now());
    EXPECT_EQ(asked(), "forget A");
}

TEST_F(Models, ARetiredModelIsForgottenWhenItsLoadFails) {
    submit(1, A);
    ready();
    retire(A);
    EXPECT_EQ(load_failed(A), "A failed, refuse 1 model_failed, forget A, stop w0");
}

TEST_F(Models, ARetiredModelIsForgottenWhenTheWorkerDies) {
    make_hot(A, B);
    retire(A);
    EXPECT_EQ(exited(), "A cold, forget A, start w0");
    EXPECT_EQ(ready(), "load B");
}

TEST_F(Models, ARetiredModelComesBackAfterADeathForItsJobsAndIsForgottenThen) {
    make_hot(A);
    submit(1, A);
    retire(A);
    EXPECT_EQ(exited(), "A cold, start w0");
    EXPECT_EQ(ready(), "load A");
    EXPECT_EQ(loaded(A), "A hot, run 1 alone");
    EXPECT_EQ(finished(1), "unload A");
    EXPECT_EQ(unloaded(A), "A cold, forget A, stop w0");
}

TEST_F(Models, ARetiredModelThatSomebodyWaitsForIsSaidToBeCold) {
    load(A);
    EXPECT_EQ(retire(A), "A cold, forget A");
    EXPECT_EQ(ready(), "stop w0");
}

TEST_F(Models, ARetiredModelIsForgottenOnce) {
    make_hot(A, B);
    retire(A);
    EXPECT_EQ(unloaded(A), "A cold, forget A");
    EXPECT_EQ(unload(B), "unload B");
    EXPECT_EQ(unloaded(B), "B cold, stop w0");
    EXPECT_EQ(exited(), "");
    EXPECT_EQ(forgive(), "");
    EXPECT_EQ(shut_down(), "");
}

TEST_F(Models, ARetiredModelIsForgottenOnceWhateverHappensBeforeThatIsCarriedOut) {
    dispatch_.retire(A, now());
    dispatch_.forgive(now());
    dispatch_.shut_down(now());
    EXPECT_EQ(asked(), "forget A");
}

TEST_F(Models, ARetiredModelCanBeViewedWhileItsActionsAreCarriedOut) {
    dispatch_.retire(A, now());
    ASSERT_EQ(dispatch_.take().size(), 1u);
    EXPECT_EQ(dispatch_.worker_of(A), 0u);
    EXPECT_EQ(residency(A), Residency::cold);
    dispatch_.take();
    EXPECT_THROW(dispatch_.view_model(A), std::out_of_range);
}

TEST_F(Models, SayWhetherTheyAreOnTheirWayToCold) {
    make_hot(A);
    submit(1, A);
    EXPECT_FALSE(dispatch_.view_model(A).leaving);
    unload(A);
    EXPECT_TRUE(dispatch_.view_model(A).leaving);
    load(A);
    EXPECT_FALSE(dispatch_.view_model(A).leaving);
}

TEST_F(Models, SayWhetherTheyAreOnTheirWayToHot) {
    EXPECT_FALSE(dispatch_.view_model(A).wanted);
    load(A);
    EXPECT_TRUE(dispatch_.view_model(A).wanted);
    unload(A);
    EXPECT_FALSE(dispatch_.view_model(A).wanted);
    submit(1, A);
    EXPECT_TRUE(dispatch_.view_model(A).wanted);
}

}  // namespace
}  // namespace samovar::scheduler
