// Time limits, and that next_tick() names the very moment when tick() has something to do.

#include <ranges>

#include "rig.hpp"

namespace samovar::scheduler {
namespace {

class Limits : public Rig {
  protected:
    // tick() does nothing a nanosecond before next_tick(), and `expected` at it.
    void expect_exactly(Duration in, const std::string& expected) {
        ASSERT_EQ(next_tick_in(), in);
        wait(in - 1ns);
        EXPECT_EQ(tick(), "");
        EXPECT_EQ(next_tick_in(), 1ns);
        wait(1ns);
        EXPECT_EQ(tick(), expected);
        EXPECT_GT(dispatch_.next_tick().value_or(Time::max()), now());
    }
};

TEST_F(Limits, NoAlarmIsSetWhileNothingCanBeLate) {
    EXPECT_EQ(dispatch_.next_tick(), std::nullopt);
    make_hot(A);
    EXPECT_EQ(dispatch_.next_tick(), std::nullopt);
    submit(1, A);
    EXPECT_NE(dispatch_.next_tick(), std::nullopt);
    finished(1);
    EXPECT_EQ(dispatch_.next_tick(), std::nullopt);
}

// ---- Run ----------------------------------------------------------------------------------------

TEST_F(Limits, AJobThatRunsTooLongHasItsWorkerKilled) {
    make_hot(A);
    submit(1, A);
    expect_exactly(kMaxRun, "kill w0");
}

TEST_F(Limits, TheOverrunnerIsRefusedOnlyWhenTheWorkerCannotTouchItsMemoryAnyMore) {
    make_hot(A);
    submit(1, A);
    EXPECT_EQ(wait_for_tick(), "kill w0");
    EXPECT_EQ(dispatch_.jobs(), 1u);
    EXPECT_EQ(exited(), "refuse 1 run_limit, start w0");
    EXPECT_EQ(dispatch_.jobs(), 0u);
}

TEST_F(Limits, TheOthersOfAKilledWorkerAreTriedAgainAndAreNoSuspects) {
    make_hot(A);
    for (JobId job = 1; job <= 3; ++job)
        submit(job, A);
    wait_for_tick();
    EXPECT_EQ(exited(), "refuse 1 run_limit, start w0");
    ready();
    EXPECT_EQ(loaded(A), "A hot, run 2, run 3");
}

TEST_F(Limits, AJobBesideTwoOverrunnersIsStillNoSuspect) {
    make_hot(A);
    submit(1, A);
    submit(2, A);
    submit(3, A);
    wait_for_tick();
    exited();
    ready();
    loaded(A);
    wait_for_tick();
    EXPECT_EQ(exited(), "refuse 2 run_limit, start w0");
    ready();
    EXPECT_EQ(loaded(A), "A hot, run 3");
}

TEST_F(Limits, ASuspectStaysOneWhenTheNextWorkerIsKilledBeforeItRuns) {
    make_hot(A);
    submit(1, A);
    exited();
    EXPECT_EQ(wait_for_tick(), "kill w0");
    EXPECT_EQ(die_and_come_back(), "start w0, load A");
    EXPECT_EQ(loaded(A), "A hot, run 1 alone");
}

TEST_F(Limits, ASuspectHasItsSecondChanceAgainWhenItsWorkerIsKilledForAnUnloadThatHangs) {
    dispatch_.add_model(C, 0, {24h, {}});
    make_hot(B, C);
    submit(1, B);
    submit(2, C);
    exited();
    EXPECT_EQ(ready(), "load B");
    EXPECT_EQ(loaded(B), "B hot, run 1 alone");
    EXPECT_EQ(finished(1), "load C");
    EXPECT_EQ(loaded(C), "C hot, run 2 alone");
    EXPECT_EQ(unload(B), "unload B");
    EXPECT_EQ(wait_for_tick(), "kill w0");
    EXPECT_EQ(exited(), "B cold, start w0");
    EXPECT_EQ(ready(), "load C");
    EXPECT_EQ(loaded(C), "C hot, run 2 alone");
}

TEST_F(Limits, TheTimeOfTheSecondJobRunsFromTheEndOfTheFirst) {
    make_hot(A);
    submit(1, A);
    submit(2, A);
    wait(20s);
    finished(1);
    expect_exactly(kMaxRun, "kill w0");
}

TEST_F(Limits, TheTimeOfTheFirstJobIsNotProlongedByTheEndOfAnother) {
    make_hot(A);
    submit(1, A);
    submit(2, A);
    wait(20s);
    finished(2);
    EXPECT_EQ(next_tick_in(), kMaxRun - 20s);
}

TEST_F(Limits, EachModelHasItsOwn) {
    dispatch_.add_model(C, 0, {100ms, {}});
    make_hot(A, C);
    submit(1, C);
    submit(2, A);
    EXPECT_EQ(next_tick_in(), 100ms);
    finished(1);
    EXPECT_EQ(next_tick_in(), kMaxRun);
}

TEST_F(Limits, AJobThatEndsJustBeforeItsWorkerDiesHasItsResult) {
    make_hot(A);
    submit(1, A);
    submit(2, A);
    wait_for_tick();
    EXPECT_FALSE(dispatch_.finished(1, now()));
    EXPECT_EQ(asked(), "");
    EXPECT_EQ(exited(), "start w0");
    ready();
    EXPECT_EQ(loaded(A), "A hot, run 2");
}

TEST_F(Limits, ACancelledOverrunnerIsRefusedAsCancelled) {
    make_hot(A);
    submit(1, A);
    cancel(1);
    EXPECT_EQ(wait_for_tick(), "kill w0");
    EXPECT_EQ(exited(), "refuse 1 cancelled, start w0");
}

TEST_F(Limits, NothingIsSentToAWorkerThatIsBeingKilled) {
    make_hot(A, B);
    submit(1, A);
    wait_for_tick();
    EXPECT_EQ(unload(B), "");
    EXPECT_EQ(submit(2, B), "");
    dispatch_.add_model(C, 0, {kMaxRun, {}});
    EXPECT_EQ(load(C), "");
    EXPECT_EQ(tick(), "");
    EXPECT_EQ(dispatch_.next_tick(), std::nullopt);
}

// ---- Start, load, unload, stop ------------------------------------------------------------------

TEST_F(Limits, AWorkerThatDoesNotSayHelloIsKilledAndStartedAgain) {
    submit(1, A);
    expect_exactly(limits_.start_limit, "kill w0");
    EXPECT_EQ(exited(), "start w0");
    EXPECT_EQ(ready(), "load A");
}

TEST_F(Limits, AHelloThatCrossesTheKillIsIgnored) {
    submit(1, A);
    wait_for_tick();
    EXPECT_EQ(ready(), "");
    EXPECT_EQ(state(), WorkerState::starting);
    EXPECT_EQ(exited(), "start w0");
}

TEST_F(Limits, AModelThatDoesNotLoadInTimeIsFailedAtOnce) {
    make_hot(B);
    submit(1, A);
    expect_exactly(limits_.load_limit, "kill w0");
    EXPECT_EQ(exited(), "A failed, refuse 1 model_failed, start w0");
    EXPECT_EQ(ready(), "load B");
}

TEST_F(Limits, TheTimeOfALoadRunsFromItsOwnBeginning) {
    load(A);
    load(B);
    ready();
    wait(9min);
    loaded(A);
    EXPECT_EQ(next_tick_in(), limits_.load_limit);
}

TEST_F(Limits, AModelIsNotBlamedWhenItsWorkerIsKilledForAnothersFault) {
    make_hot(A);
    load(B);
    for (const JobId job : std::views::iota(JobId{1}, JobId{6})) {
        EXPECT_EQ(submit(job, A), "run " + std::to_string(job));
        EXPECT_EQ(wait_for_tick(), "kill w0");
        EXPECT_EQ(exited(), "refuse " + std::to_string(job) + " run_limit, start w0");
        EXPECT_EQ(ready(), "load A");
        EXPECT_EQ(loaded(A), "A hot, load B");
    }
    EXPECT_EQ(loaded(B), "B hot");
}

TEST_F(Limits, AModelThatDoesNotUnloadInTimeHasItsWorkerKilled) {
    make_hot(A, B);
    unload(A);
    submit(1, A);
    expect_exactly(limits_.load_limit, "kill w0");
    EXPECT_EQ(exited(), "A cold, start w0");
    EXPECT_EQ(ready(), "load A");
    EXPECT_EQ(loaded(A), "A hot, load B, run 1");
}

TEST_F(Limits, AWorkerThatDoesNotExitInTimeIsKilledAndTheJobsThatWaitStartIt) {
    make_hot(A);
    unload(A);
    unloaded(A);
    submit(1, A);
    expect_exactly(limits_.stop_limit, "kill w0");
    EXPECT_EQ(exited(), "start w0");
}

TEST_F(Limits, AKilledWorkerIsKilledOnce) {
    make_hot(A);
    submit(1, A);
    load(B);
    wait(1h);
    EXPECT_EQ(tick(), "kill w0");
    EXPECT_EQ(tick(), "");
}

}  // namespace
}  // namespace samovar::scheduler
