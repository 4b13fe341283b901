// Deaths that do not end: back-off, the failed state and its forgiveness.

#include <ranges>

#include "rig.hpp"

namespace samovar::scheduler {
namespace {

class Failures : public Rig {
  protected:
    static DispatchLimits few_deaths() {
        DispatchLimits limits;
        limits.restarts.deaths = 3;
        limits.restarts.vain_starts = 3;
        return limits;
    }
    Failures() : Rig(few_deaths()) {}

    // Three deaths with A hot: the worker has failed.
    void fail() {
        make_hot(A);
        for (int i = 0; i < 2; ++i) {
            die_and_come_back();
            loaded(A);
        }
        EXPECT_EQ(exited(), "A cold");
        ASSERT_EQ(state(), WorkerState::failed);
    }
};

TEST_F(Failures, TheFirstDeathIsFollowedByAStartAtOnce) {
    make_hot(A);
    EXPECT_EQ(exited(), "start w0");
    EXPECT_EQ(dispatch_.view_worker(0).restarts, 1u);
}

TEST_F(Failures, TheSecondDeathIsFollowedByABackOffThatTickEnds) {
    make_hot(A);
    exited();
    ready();
    loaded(A);
    EXPECT_EQ(exited(), "");
    EXPECT_EQ(state(), WorkerState::backing_off);
    EXPECT_EQ(next_tick_in(), limits_.restarts.first_delay);
    EXPECT_EQ(dispatch_.view_worker(0).retry_at, now() + limits_.restarts.first_delay);
    wait(limits_.restarts.first_delay - 1ns);
    EXPECT_EQ(tick(), "");
    wait(1ns);
    EXPECT_EQ(tick(), "start w0");
    EXPECT_EQ(dispatch_.view_worker(0).restarts, 2u);
}

TEST_F(Failures, AJobThatComesDuringTheBackOffWaitsForItsEnd) {
    make_hot(A);
    die_and_come_back();
    exited();
    EXPECT_EQ(submit(1, A), "");
    EXPECT_EQ(wait_for_tick(), "start w0");
}

TEST_F(Failures, AStartThatComesToNothingIsADeath) {
    submit(1, A);
    EXPECT_EQ(exited(), "start w0");
    EXPECT_EQ(exited(), "");
    EXPECT_EQ(state(), WorkerState::backing_off);
    EXPECT_EQ(wait_for_tick(), "start w0");
    EXPECT_EQ(exited(), "refuse 1 worker_failed");
}

TEST_F(Failures, TooManyDeathsFailTheWorkerAndRefuseWhatWaits) {
    make_hot(A);
    for (int i = 0; i < 2; ++i) {
        die_and_come_back();
        loaded(A);
    }
    submit(1, A);
    submit(2, A);
    submit(3, A);
    dispatch_.worker_exited(0, now());
    auto actions = dispatch_.take();
    std::erase_if(actions, [](const Action& a) { return std::holds_alternative<ModelMoved>(a); });
    ASSERT_EQ(actions.size(), 4u);
    for (std::size_t i = 0; i < 3; ++i) {
        const auto& refusal = std::get<RefuseJob>(actions[i]);
        EXPECT_EQ(refusal.job, i + 1);
        EXPECT_EQ(refusal.why, Refusal::worker_failed);
        EXPECT_EQ(refusal.retry_at, now() + limits_.restarts.failed_for);
    }
    EXPECT_EQ(std::get<ModelSettled>(actions[3]).residency, Residency::cold);
    EXPECT_EQ(state(), WorkerState::failed);
    EXPECT_EQ(dispatch_.view_worker(0).retry_at, now() + limits_.restarts.failed_for);
    EXPECT_EQ(dispatch_.next_tick(), std::nullopt);
}

TEST_F(Failures, AFailedWorkerRefusesJobsAtOnceAndSaysUntilWhen) {
    fail();
    const Time until = now() + limits_.restarts.failed_for;
    wait(1s);
    dispatch_.submit(1, A, {}, now());
    const auto actions = dispatch_.take();
    ASSERT_EQ(actions.size(), 1u);
    EXPECT_EQ(std::get<RefuseJob>(actions[0]).why, Refusal::worker_failed);
    EXPECT_EQ(std::get<RefuseJob>(actions[0]).retry_at, until);
    EXPECT_EQ(dispatch_.jobs(), 0u);
}

TEST_F(Failures, AFailedWorkerIsForgivenByTime) {
    fail();
    wait(limits_.restarts.failed_for - 1ns);
    EXPECT_EQ(submit(1, A), "refuse 1 worker_failed");
    wait(1ns);
    EXPECT_EQ(submit(2, A), "start w0");
    ready();
    EXPECT_EQ(loaded(A), "A hot, run 2");
    EXPECT_EQ(exited(), "start w0");  // the count starts anew
}

TEST_F(Failures, AFailedWorkerIsForgivenByALoad) {
    fail();
    EXPECT_EQ(load(B), "start w0");
    EXPECT_EQ(submit(1, A), "");
    EXPECT_EQ(exited(), "start w0");
}

TEST_F(Failures, AFailedWorkerIsLeftAloneByALoadForARulesSakeWhichSettlesAtOnce) {
    fail();
    for (const Cause cause : {Cause::schedule, Cause::preload, Cause::forecast, Cause::fault}) {
        dispatch_.load(B, now(), cause);
        EXPECT_EQ(asked(), "B cold") << to_string(cause);
        EXPECT_EQ(state(), WorkerState::failed);
    }
    EXPECT_EQ(submit(1, A), "refuse 1 worker_failed") << "it forgave nothing";
}

TEST_F(Failures, AFailedWorkerIsStartedForARulesSakeWhenItsTimeIsOver) {
    fail();
    wait(limits_.restarts.failed_for);
    dispatch_.load(B, now(), Cause::schedule);
    EXPECT_EQ(asked(), "start w0");
}

TEST_F(Failures, AFailedWorkerIsForgivenByForgiveAndStartsWithTheNextJob) {
    fail();
    EXPECT_EQ(forgive(), "");
    EXPECT_EQ(submit(1, A), "start w0");
}

TEST_F(Failures, ForgiveEndsABackOff) {
    make_hot(A);
    die_and_come_back();
    loaded(A);
    exited();
    ASSERT_EQ(state(), WorkerState::backing_off);
    EXPECT_EQ(forgive(), "start w0");
}

TEST_F(Failures, AFailedWorkerForgetsTheRetiredModelsItHeld) {
    make_hot(A);
    for (int i = 0; i < 2; ++i) {
        die_and_come_back();
        loaded(A);
    }
    submit(1, A);
    retire(A);
    EXPECT_EQ(exited(), "A cold, refuse 1 worker_failed, forget A");
}

TEST_F(Failures, KillsForAKnownFaultDoNotFailTheWorker) {
    make_hot(A);
    for (const JobId job : std::views::iota(JobId{1}, JobId{21})) {
        submit(job, A);
        EXPECT_EQ(wait_for_tick(), "kill w0");
        EXPECT_EQ(exited(), "refuse " + std::to_string(job) + " run_limit, start w0");
        ready();
        loaded(A);
    }
}

// ---- Starts that take longer to fail than deaths are remembered ---------------------------------

class SlowStarts : public Rig {
  protected:
    static DispatchLimits slow() {
        DispatchLimits limits;
        limits.start_limit = 2 * limits.restarts.window;
        limits.restarts.vain_starts = 3;
        return limits;
    }
    SlowStarts() : Rig(slow()) {}
};

TEST_F(SlowStarts, ThatHangEndInFailureSoThatNoJobWaitsForEver) {
    submit(1, A);
    EXPECT_EQ(wait_for_tick(), "kill w0");
    EXPECT_EQ(exited(), "start w0");
    EXPECT_EQ(wait_for_tick(), "kill w0");
    EXPECT_EQ(exited(), "start w0");
    EXPECT_EQ(wait_for_tick(), "kill w0");
    EXPECT_EQ(exited(), "refuse 1 worker_failed");
}

TEST_F(SlowStarts, AreForgivenByOneThatSucceeds) {
    submit(1, A);
    wait_for_tick();
    exited();
    wait_for_tick();
    exited();
    EXPECT_EQ(ready(), "load A");
    wait(limits_.start_limit);
    EXPECT_EQ(exited(), "start w0");
    wait_for_tick();
    EXPECT_EQ(exited(), "start w0");
    wait_for_tick();
    EXPECT_EQ(exited(), "start w0");
}

}  // namespace
}  // namespace samovar::scheduler
