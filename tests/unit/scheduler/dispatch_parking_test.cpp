// The rung between hot and cold, the worker that lingers, and what is told of every move.

#include "rig.hpp"

namespace samovar::scheduler {
namespace {

class Parking : public Rig {
  protected:
    explicit Parking(const DispatchLimits& limits = {}) : Rig(limits) {}

    void make_parked(ModelId model) {
        make_hot(model);
        park(model);
        parked(model);
        moves();
    }
};

TEST_F(Parking, AParkedModelStaysInItsWorker) {
    make_hot(A);
    EXPECT_EQ(park(A), "park A");
    EXPECT_EQ(residency(A), Residency::parking);
    EXPECT_EQ(parked(A), "A parked");
    EXPECT_EQ(residency(A), Residency::parked);
    EXPECT_EQ(state(), WorkerState::ready);
}

TEST_F(Parking, AJobWakesAParkedModel) {
    make_parked(A);
    EXPECT_EQ(submit(1, A), "wake A");
    EXPECT_EQ(residency(A), Residency::waking);
    EXPECT_EQ(loaded(A), "A hot, run 1");
}

TEST_F(Parking, ALoadWakesAParkedModel) {
    make_parked(A);
    EXPECT_EQ(load(A), "wake A");
    EXPECT_EQ(loaded(A), "A hot");
}

TEST_F(Parking, WaitsForTheJobsThatTheModelHas) {
    make_hot(A);
    submit(1, A);
    EXPECT_EQ(park(A), "");
    EXPECT_EQ(finished(1), "park A");
}

TEST_F(Parking, AJobThatComesMeanwhileWakesItAgain) {
    make_hot(A);
    park(A);
    EXPECT_EQ(submit(1, A), "");
    EXPECT_EQ(parked(A), "A parked, wake A");
    EXPECT_EQ(loaded(A), "A hot, run 1");
}

TEST_F(Parking, ALoadThatComesBeforeItBeginsOverrulesIt) {
    make_hot(A);
    submit(1, A);
    park(A);
    EXPECT_EQ(load(A), "A hot");
    EXPECT_EQ(finished(1), "");
}

TEST_F(Parking, ThatFailsLeavesTheModelHot) {
    make_hot(A);
    park(A);
    submit(1, A);
    EXPECT_EQ(park_failed(A), "A hot, run 1");
}

TEST_F(Parking, OfWhatIsNotHotDoesNothing) {
    EXPECT_EQ(park(A), "A cold");
    make_parked(A);
    EXPECT_EQ(park(A), "A parked");
}

TEST_F(Parking, OfAModelThatLoadsFollowsTheLoad) {
    load(A);
    ready();
    EXPECT_EQ(park(A), "");
    EXPECT_EQ(loaded(A), "A hot, park A");
}

TEST_F(Parking, AnUnloadTakesAParkedModelDown) {
    make_parked(A);
    EXPECT_EQ(unload(A), "unload A");
    EXPECT_EQ(unloaded(A), "A cold, stop w0");
}

TEST_F(Parking, AnUnloadWaitsForTheJobsThatWakeTheModel) {
    make_parked(A);
    submit(1, A);
    EXPECT_EQ(unload(A), "");
    EXPECT_EQ(loaded(A), "A hot, run 1");
    EXPECT_EQ(finished(1), "unload A");
}

TEST_F(Parking, AWakeThatFailsLeavesTheModelFailed) {
    make_parked(A);
    submit(1, A);
    EXPECT_EQ(load_failed(A), "A failed, refuse 1 model_failed, stop w0");
    wait(limits_.failed_model);
    EXPECT_EQ(submit(2, A), "");
    EXPECT_EQ(exited(), "start w0");
    EXPECT_EQ(ready(), "load A");
}

TEST_F(Parking, ADeathTakesWhatIsParkedAndBringsBackWhatIsHot) {
    make_hot(A, B);
    park(A);
    parked(A);
    EXPECT_EQ(exited(), "A cold, start w0");
    EXPECT_EQ(ready(), "load B");
    EXPECT_EQ(residency(A), Residency::cold);
}

TEST_F(Parking, ARetiredParkedModelIsUnloadedAndForgotten) {
    make_parked(A);
    EXPECT_EQ(retire(A), "unload A");
    EXPECT_EQ(unloaded(A), "A cold, forget A, stop w0");
}

TEST_F(Parking, ThatHangsEndsTheWorker) {
    make_hot(A);
    park(A);
    EXPECT_EQ(next_tick_in(), limits_.load_limit);
    EXPECT_EQ(wait_for_tick(), "kill w0");
}

// ---- Moves --------------------------------------------------------------------------------------

TEST_F(Parking, EveryMoveIsToldWithItsCause) {
    dispatch_.load(A, now(), Cause::preload);
    ready();
    loaded(A);
    EXPECT_EQ(moves(), "A cold->loading preload, A loading->hot preload");
    park(A, Cause::idle);
    parked(A);
    EXPECT_EQ(moves(), "A hot->parking idle, A parking->parked idle");
    submit(1, A);
    loaded(A);
    EXPECT_EQ(moves(), "A parked->waking demand, A waking->hot demand");
    finished(1);
    dispatch_.unload(A, now(), Cause::pressure);
    asked();
    submit(2, A);
    unloaded(A);
    EXPECT_EQ(moves(),
              "A hot->unloading pressure, A unloading->cold pressure, "
              "A cold->loading demand");
}

TEST_F(Parking, FaultsAreTheCauseOfWhatTheyBreakAndOfWhatMendsIt) {
    make_hot(A);
    moves();
    exited();
    ready();
    EXPECT_EQ(moves(), "A hot->cold fault, A cold->loading fault");
    load_failed(A);
    EXPECT_EQ(moves(), "A loading->failed fault");
}

TEST_F(Parking, ADemandDoesNotTakeTheCreditOfALoadThatIsUnderWay) {
    dispatch_.load(A, now(), Cause::schedule);
    submit(1, A);
    ready();
    loaded(A);
    EXPECT_EQ(moves(), "A cold->loading schedule, A loading->hot schedule");
}

// ---- Loads that wait for their worker -----------------------------------------------------------

TEST_F(Parking, LoadsAskedForWhileTheWorkerStartsComeUpInTheOrderInWhichTheyWereAskedFor) {
    dispatch_.add_model(C, 0, {kMaxRun, {}});
    EXPECT_EQ(load(C), "start w0");
    load(A);
    load(B);
    EXPECT_EQ(ready(), "load C");
    EXPECT_EQ(loaded(C), "C hot, load A");
    EXPECT_EQ(loaded(A), "A hot, load B");
}

TEST_F(Parking, ALoadThatIsAskedForAgainKeepsItsPlace) {
    load(B);
    load(A);
    load(B);
    EXPECT_EQ(ready(), "load B");
    EXPECT_EQ(loaded(B), "B hot, load A");
}

TEST_F(Parking, ALoadThatWasTakenBackAndIsAskedForAgainGoesToTheEnd) {
    load(B);
    load(A);
    unload(B);
    load(B);
    EXPECT_EQ(ready(), "load A");
    EXPECT_EQ(loaded(A), "A hot, load B");
}

// ---- A worker that lingers ----------------------------------------------------------------------

class Lingering : public Parking {
  protected:
    Lingering() : Parking(lingering()) {}
    static DispatchLimits lingering() {
        DispatchLimits limits;
        limits.linger = 10s;
        return limits;
    }
};

TEST_F(Lingering, AnEmptyWorkerStaysForALoadThatComesSoon) {
    make_hot(A);
    unload(A);
    EXPECT_EQ(unloaded(A), "A cold");
    EXPECT_EQ(next_tick_in(), 10s);
    wait(9s);
    EXPECT_EQ(submit(1, A), "load A");
    EXPECT_EQ(loaded(A), "A hot, run 1");
    finished(1);
    wait(1h);
    EXPECT_EQ(tick(), "") << "it is empty no more";
}

TEST_F(Lingering, AnEmptyWorkerExitsWhenItsTimeIsOver) {
    make_hot(A);
    unload(A);
    unloaded(A);
    EXPECT_EQ(wait_for_tick(), "stop w0");
    EXPECT_EQ(exited(), "");
}

TEST_F(Lingering, AShutDownDoesNotWaitForIt) {
    make_hot(A);
    unload(A);
    unloaded(A);
    EXPECT_EQ(shut_down(), "stop w0");
}

TEST_F(Lingering, AnEmptyWorkerThatDiesIsNotStartedAgain) {
    make_hot(A);
    unload(A);
    unloaded(A);
    EXPECT_EQ(exited(), "");
    EXPECT_EQ(next_tick_in(), std::nullopt);
}

}  // namespace
}  // namespace samovar::scheduler
