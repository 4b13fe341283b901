// Loads that wait for room.

#include "rig.hpp"

namespace samovar::scheduler {
namespace {

DispatchLimits asking() {
    DispatchLimits limits;
    limits.ask_for_room = true;
    return limits;
}

class DispatchRoom : public Rig {
  protected:
    DispatchRoom() : Rig(asking()) {
        dispatch_.submit(1, A, {}, now());
        dispatch_.worker_ready(0, now());
        dispatch_.room_made(A, now());
        dispatch_.model_loaded(A, now());
        dispatch_.finished(1, now());
        asked();
    }
};

TEST_F(DispatchRoom, LoadsWhenThereIsRoom) {
    EXPECT_EQ(submit(2, B), "room for B");
    EXPECT_EQ(room_made(B), "load B");
    EXPECT_EQ(loaded(B), "B hot, run 2");
}

TEST_F(DispatchRoom, RefusesTheJobsOfAModelThatHasNone) {
    submit(2, B);
    submit(3, B);
    EXPECT_EQ(no_room(B), "refuse 2 no_room, refuse 3 no_room, B cold");
    EXPECT_EQ(submit(4, B), "room for B") << "and asks again for the next";
}

TEST_F(DispatchRoom, MakesOthersLeaveOnlyForJobsPeopleAndTheCalendar) {
    dispatch_.load(B, now(), Cause::preload);
    EXPECT_EQ(asked(), "room for B if there is");
    EXPECT_EQ(no_room(B), "B cold");
    dispatch_.load(B, now(), Cause::schedule);
    EXPECT_EQ(asked(), "room for B");
}

TEST_F(DispatchRoom, MakesOthersLeaveForWhoeverSaysSo) {
    dispatch_.load(B, now(), Cause::operators, false);
    EXPECT_EQ(asked(), "room for B if there is");
    EXPECT_EQ(no_room(B), "B cold");
    dispatch_.load(B, now(), Cause::preload, true);
    EXPECT_EQ(asked(), "room for B");
}

TEST_F(DispatchRoom, LetsALoadThatHasRoomPassOneThatWaits) {
    dispatch_.add_model(C, 0, {kMaxRun, {}});
    submit(2, B);
    EXPECT_EQ(submit(3, C), "room for C");
    EXPECT_EQ(room_made(C), "load C");
    EXPECT_EQ(room_made(B), "") << "one loads at a time";
    EXPECT_EQ(loaded(C), "C hot, load B, run 3");
}

TEST_F(DispatchRoom, GivesBackWhatNobodyNeedsAnyMore) {
    submit(2, B);
    EXPECT_EQ(cancel(2), "refuse 2 cancelled, no room needed B");
    EXPECT_EQ(room_made(B), "") << "an answer that comes too late";
}

TEST_F(DispatchRoom, AsksForAWakeUpToo) {
    park(A);
    parked(A);
    EXPECT_EQ(submit(2, A), "room for A");
    EXPECT_EQ(no_room(A), "refuse 2 no_room, A parked");
    submit(3, A);
    EXPECT_EQ(room_made(A), "wake A");
}

TEST_F(DispatchRoom, KeepsTheWorkerForALoadThatWaits) {
    unload(A);
    submit(2, B);
    EXPECT_EQ(unloaded(A), "A cold") << "with nothing in it, but somebody on the way";
    EXPECT_EQ(room_made(B), "load B");
}

TEST_F(DispatchRoom, IsNotLostWhenTheWorkerDies) {
    unload(A);
    unloaded(A);
    exited();
    submit(2, B);
    ready();
    EXPECT_EQ(exited(), "start w0");
    EXPECT_EQ(room_made(B), "") << "its worker is to come back first";
    EXPECT_EQ(ready(), "load B");
}

TEST_F(DispatchRoom, IsAskedForAfterAFailedLoad) {
    submit(2, B);
    room_made(B);
    EXPECT_EQ(load_failed(B), "B failed, refuse 2 model_failed");
    EXPECT_EQ(load(B), "room for B");
}

TEST_F(DispatchRoom, IsAskedForOnceMoreWhereALoadRanOutOfMemory) {
    submit(2, B);
    room_made(B);
    EXPECT_EQ(ran_out(B), "room for B") << "and its job waits";
    room_made(B);
    EXPECT_EQ(ran_out(B), "B failed, refuse 2 model_failed");
}

TEST_F(DispatchRoom, IsNotAskedForAgainWhereNobodyWantsTheModelAnyMore) {
    submit(2, B);
    room_made(B);
    cancel(2);
    EXPECT_EQ(ran_out(B), "B failed");
}

TEST_F(DispatchRoom, IsGivenUpByAVersionThatIsGoneWhoseLoadIsToldOfAllTheSame) {
    dispatch_.load(B, now());
    submit(2, B);
    room_made(B);
    retire(B);
    EXPECT_EQ(ran_out(B), "room for B") << "for its job";
    EXPECT_EQ(cancel(2), "refuse 2 cancelled, no room needed B, B cold, forget B");
}

}  // namespace
}  // namespace samovar::scheduler
