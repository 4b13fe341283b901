// What a model is kept for: from when it is hot, and over a restart of the daemon.

#include "one_model.hpp"

namespace samovar::scheduler {
namespace {

using Claims = OneModel;

// ---- A keep-alive begins when the model is hot --------------------------------------------------

TEST_F(Claims, that_was_long_in_loading_stays_for_its_whole_keep_alive) {
    add({.keep_alive = KeepAlive(1min), .park_after = std::nullopt});
    ladder_.wish(kModel, Wish::Kind::load, {}, now());
    asked();
    moved(Residency::loading);
    wait(2min);
    EXPECT_EQ(arrives(Residency::hot), "");
    EXPECT_EQ(alarm(), 3min);
}

TEST_F(Claims, warmed_by_a_cron_entry_stays_from_when_it_is_hot) {
    add({.park_after = std::nullopt, .warm = entries({"0 8 * * *"})});
    EXPECT_EQ(ring(), "hot schedule");
    moved(Residency::loading);
    wait(1min);
    EXPECT_EQ(arrives(Residency::hot), "");
    EXPECT_EQ(ring(), "cold idle");
    EXPECT_EQ(now().wall, moment(8h + 6min).wall);
}

TEST_F(Claims, sent_down_while_it_loads_goes_when_it_is_hot) {
    add({});
    ladder_.wish(kModel, Wish::Kind::load, {}, now());
    asked();
    moved(Residency::loading);
    wait(1s);
    ladder_.wish(kModel, Wish::Kind::unload, {}, now());
    wait(1s);
    EXPECT_EQ(arrives(Residency::hot), "cold operator");
}

TEST_F(Claims, released_while_it_loads_goes_when_it_is_hot) {
    add({.warm = entries({"0 8 * * *"}), .release = entries({"1 8 * * *"})});
    ring();
    moved(Residency::loading);
    EXPECT_EQ(ring(), "");
    EXPECT_EQ(now().wall, moment(8h + 1min).wall);
    EXPECT_EQ(arrives(Residency::hot), "cold idle");
}

TEST_F(Claims, whose_keep_alive_ended_before_anything_came_of_it_is_not_kept_later) {
    add({.keep_alive = KeepAlive(1min), .park_after = std::nullopt});
    ladder_.wish(kModel, Wish::Kind::hold, 1h, now());
    ladder_.warm(kModel, Cause::preload, now());
    wait(1h);
    ladder_.tick(now());
    EXPECT_EQ(asked(), "");
    ladder_.job_came(kModel, {}, now());
    moved(Residency::hot);
    ladder_.job_ended(kModel, false, now());
    EXPECT_EQ(asked(), "cold idle");
}

TEST_F(Claims, whose_load_by_an_operator_failed_was_not_used) {
    add({});
    ladder_.wish(kModel, Wish::Kind::load, {}, now());
    asked();
    moved(Residency::loading);
    EXPECT_EQ(arrives(Residency::failed), "");
    wait(5s);
    ladder_.tick(now());
    EXPECT_EQ(asked(), "") << "it was told, and can ask again";
    EXPECT_EQ(ladder_.view(kModel).standing.last_warm, std::nullopt);
}

TEST_F(Claims, that_was_used_before_a_load_that_failed_is_still_kept_for_that) {
    add({});
    use();
    asked();
    ring();
    moved(Residency::parked);
    ladder_.warm(kModel, Cause::schedule, now());
    asked();
    moved(Residency::hot);
    const auto before = ladder_.view(kModel).standing.last_warm;
    moved(Residency::cold);
    wait(1s);
    ladder_.wish(kModel, Wish::Kind::load, {}, now());
    moved(Residency::failed);
    EXPECT_EQ(ladder_.view(kModel).standing.last_warm, before);
    EXPECT_EQ(ladder_.view(kModel).standing.warmed_by, Cause::schedule);
}

// ---- From one life of the daemon to the next ----------------------------------------------------

TEST_F(Claims, that_was_in_use_when_the_daemon_ended_comes_back_for_the_rest_of_its_time) {
    add({.keep_alive = KeepAlive(12min), .park_after = std::nullopt});
    use();
    ladder_.set_lead(kModel, 3s, now());
    wait(2min);
    const Memory memory = ladder_.memory(kModel, now());

    ladder_ = Ladder();
    wait_until(5min);
    add({.keep_alive = KeepAlive(12min), .park_after = std::nullopt});
    ladder_.recall(kModel, memory, now());
    EXPECT_EQ(asked(), "hot demand");
    moved(Residency::hot);
    EXPECT_EQ(alarm(), 12min) << "counted from its last use, not from the start";
    EXPECT_EQ(ladder_.view(kModel).standing.lead, 3s);
}

TEST_F(Claims, that_was_held_or_pinned_for_a_time_is_so_after_a_restart) {
    add({});
    ladder_.wish(kModel, Wish::Kind::pin, 1h, now());
    const Memory memory = ladder_.memory(kModel, now());
    ladder_ = Ladder();
    wait_until(30min);
    add({});
    EXPECT_EQ(asked(), "");
    ladder_.recall(kModel, memory, now());
    EXPECT_EQ(asked(), "hot operator");
    EXPECT_EQ(alarm(), 1h);
}

TEST_F(Claims, that_comes_back_after_a_restart_takes_nobody_elses_place) {
    add({.park_after = std::nullopt});
    ladder_.wish(kModel, Wish::Kind::load, {}, now());
    EXPECT_TRUE(presses());
    const Memory memory = ladder_.memory(kModel, now());
    ladder_ = Ladder();
    add({.park_after = std::nullopt});
    ladder_.recall(kModel, memory, now());
    EXPECT_FALSE(presses());
}

TEST_F(Claims, that_was_called_after_an_operator_sent_it_down_comes_back) {
    add({.park_after = std::nullopt});
    ladder_.wish(kModel, Wish::Kind::unload, {}, now());
    wait(1s);
    use();
    const Memory memory = ladder_.memory(kModel, now());
    ladder_ = Ladder();
    add({.park_after = std::nullopt});
    ladder_.recall(kModel, memory, now());
    EXPECT_EQ(asked(), "hot demand");
}

TEST_F(Claims, that_cannot_park_comes_back_for_the_whole_of_its_keep_alive) {
    add({});
    use();
    ladder_.set_can_park(kModel, false, now());
    wait(2min);
    const Memory memory = ladder_.memory(kModel, now());
    ladder_ = Ladder();
    add({});
    ladder_.recall(kModel, memory, now());
    EXPECT_EQ(asked(), "hot demand");
}

TEST_F(Claims, that_was_used_in_the_future_of_a_clock_set_back_was_used_now) {
    add({.keep_alive = KeepAlive(5min), .park_after = std::nullopt});
    Memory memory;
    memory.last_use = moment(100h).wall;
    ladder_.recall(kModel, memory, now());
    EXPECT_EQ(asked(), "hot demand");
    moved(Residency::hot);
    EXPECT_EQ(alarm(), 5min);
}

}  // namespace
}  // namespace samovar::scheduler
