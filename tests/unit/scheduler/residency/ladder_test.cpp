// The machine that keeps every model on the rung where its rules want it.

#include "one_model.hpp"

namespace samovar::scheduler {
namespace {

// ---- Down ---------------------------------------------------------------------------------------

TEST_F(OneModel, that_nobody_uses_sets_no_alarm) {
    add({});
    EXPECT_EQ(asked(), "");
    EXPECT_EQ(alarm(), std::nullopt);
}

TEST_F(OneModel, steps_down_by_parking_and_then_to_cold) {
    add({});
    use();
    EXPECT_EQ(asked(), "");
    EXPECT_EQ(alarm(), 1min);
    EXPECT_EQ(ring(), "parked idle");
    EXPECT_EQ(arrives(Residency::parked), "");
    EXPECT_EQ(alarm(), 5min);
    EXPECT_EQ(ring(), "cold idle");
    EXPECT_EQ(arrives(Residency::cold), "");
    EXPECT_EQ(alarm(), std::nullopt);
}

TEST_F(OneModel, of_no_keep_alive_goes_at_once_but_not_with_jobs_left) {
    add({.keep_alive = KeepAlive(0s)});
    ladder_.job_came(kModel, {}, now());
    ladder_.job_came(kModel, {}, now());
    moved(Residency::hot);
    ladder_.job_ended(kModel, true, now());
    EXPECT_EQ(asked(), "");
    ladder_.job_ended(kModel, true, now());
    EXPECT_EQ(asked(), "cold idle");
}

TEST_F(OneModel, is_not_asked_to_move_twice) {
    add({});
    use();
    ring();
    wait(1s);
    ladder_.tick(now());
    EXPECT_EQ(asked(), "");
    EXPECT_EQ(arrives(Residency::parking), "");
}

TEST_F(OneModel, that_cannot_park_stays_hot_to_the_end_of_its_keep_alive) {
    add({});
    use();
    ladder_.set_can_park(kModel, false, now());
    EXPECT_EQ(alarm(), 5min);
    EXPECT_EQ(ring(), "cold idle");
}

TEST_F(OneModel, keeps_what_its_caller_asked_for_until_the_next_caller) {
    add({.keep_alive = KeepAlive(0s), .park_after = std::nullopt});
    asked_ = KeepAlive(10min);
    use();
    EXPECT_EQ(asked(), "");
    EXPECT_EQ(alarm(), 10min);
    asked_.reset();
    use();
    EXPECT_EQ(asked(), "cold idle");
}

TEST_F(OneModel, that_was_refused_to_a_job_was_not_used) {
    add({});
    ladder_.job_came(kModel, {}, now());
    ladder_.job_ended(kModel, false, now());
    EXPECT_EQ(alarm(), std::nullopt);
}

TEST_F(OneModel, on_demand_is_loaded_by_those_that_hold_the_jobs) {
    add({});
    ladder_.job_came(kModel, {}, now());
    EXPECT_EQ(asked(), "");
}

// ---- Up -----------------------------------------------------------------------------------------

TEST_F(OneModel, that_is_pinned_comes_up_and_stays) {
    add({.pinned = true});
    EXPECT_EQ(asked(), "hot preload");
    moved(Residency::loading);
    EXPECT_EQ(arrives(Residency::hot), "");
    EXPECT_EQ(alarm(), std::nullopt);
}

TEST_F(OneModel, that_fell_comes_up_again_for_what_held_it) {
    add({.pinned = true});
    asked();
    moved(Residency::hot);
    EXPECT_EQ(arrives(Residency::cold), "hot preload");
}

TEST_F(OneModel, that_fails_is_tried_again_later_and_later) {
    add({.pinned = true});
    asked();
    for (const Duration delay : {5s, 10s, 20s, 40s, 80s, 160s, 300s, 300s}) {
        EXPECT_EQ(arrives(Residency::failed), "");
        const Duration before = *alarm();
        EXPECT_EQ(before, now().steady - moment(0s).steady + delay);
        EXPECT_EQ(ring(), "hot preload");
    }
    moved(Residency::hot);
    arrives(Residency::cold);
    EXPECT_EQ(arrives(Residency::failed), "");
    EXPECT_EQ(*alarm() - (now().steady - moment(0s).steady), 5s) << "a success forgives";
}

TEST_F(OneModel, whose_load_did_not_come_to_its_end_is_tried_again_later_and_later) {
    add({.pinned = true});
    EXPECT_EQ(asked(), "hot preload");
    ladder_.settled(kModel, Residency::cold, now());  // a failed worker was left alone
    EXPECT_EQ(asked(), "");
    EXPECT_EQ(alarm(), 5s);
    EXPECT_EQ(ring(), "hot preload");
    ladder_.settled(kModel, Residency::cold, now());
    EXPECT_EQ(alarm(), 5s + 10s);
    EXPECT_EQ(ring(), "hot preload");
    EXPECT_EQ(arrives(Residency::hot), "");
    ladder_.settled(kModel, Residency::hot, now());
    EXPECT_EQ(asked(), "");
    EXPECT_EQ(alarm(), std::nullopt) << "nothing is left to be tried";
}

TEST_F(OneModel, that_could_not_be_parked_is_tried_again_later) {
    add({});
    use();
    ring();
    moved(Residency::parking);
    EXPECT_EQ(arrives(Residency::hot), "");
    ladder_.settled(kModel, Residency::hot, now());
    EXPECT_EQ(alarm(), 1min + 5s);
    EXPECT_EQ(ring(), "parked idle");
}

TEST_F(OneModel, that_settles_where_it_was_sent_has_not_failed) {
    add({});
    use();
    ring();
    moved(Residency::parked);
    ladder_.settled(kModel, Residency::parked, now());
    EXPECT_EQ(ladder_.view(kModel).retry_at, std::nullopt);
    EXPECT_EQ(alarm(), 5min) << "only the end of its keep-alive";
}

TEST_F(OneModel, that_settles_without_having_been_sent_anywhere_has_not_failed) {
    add({});
    ladder_.settled(kModel, Residency::cold, now());
    EXPECT_EQ(alarm(), std::nullopt);
}

TEST_F(OneModel, that_is_held_before_its_load_begins_is_called_back) {
    add({});
    ladder_.wish(kModel, Wish::Kind::pin, {}, now());
    EXPECT_EQ(asked(), "hot operator");
    ladder_.wish(kModel, Wish::Kind::hold, {}, now());
    EXPECT_EQ(asked(), "cold operator") << "it is cold, but was on its way";
    ladder_.settled(kModel, Residency::cold, now());
    EXPECT_EQ(asked(), "");
    EXPECT_EQ(ladder_.view(kModel).retry_at, std::nullopt);
}

TEST_F(OneModel, comes_up_for_its_window_before_it_begins_and_goes_with_its_end) {
    add({.hot = windows({"mon-fri 08:00-18:00"})});
    ladder_.set_lead(kModel, 30s, now());
    EXPECT_EQ(alarm(), 8h - 30s);
    EXPECT_EQ(ring(), "hot schedule");
    EXPECT_EQ(arrives(Residency::hot), "");
    EXPECT_EQ(ring(), "cold idle");
    EXPECT_EQ(now().wall, moment(18h).wall);
}

TEST_F(OneModel, warmed_by_a_cron_entry_stays_for_its_keep_alive) {
    add({.park_after = std::nullopt, .warm = entries({"*/15 8-18 * * mon-fri"})});
    EXPECT_EQ(alarm(), 8h);
    EXPECT_EQ(ring(), "hot schedule");
    EXPECT_EQ(arrives(Residency::hot), "");
    EXPECT_EQ(ring(), "cold idle");
    EXPECT_EQ(now().wall, moment(8h + 5min).wall);
    arrives(Residency::cold);
    EXPECT_EQ(ring(), "hot schedule");
    EXPECT_EQ(now().wall, moment(8h + 15min).wall);
}

TEST_F(OneModel, released_by_a_cron_entry_goes_although_it_was_used) {
    add({.keep_alive = KeepAlive(),
         .park_after = std::nullopt,
         .release = entries({"0 19 * * *"})});
    use();
    EXPECT_EQ(alarm(), 19h);
    EXPECT_EQ(ring(), "cold idle");
    arrives(Residency::cold);
    wait(1min);
    use();
    EXPECT_EQ(asked(), "") << "a use after the release counts";
}

TEST_F(OneModel, of_whose_calendar_much_was_slept_through_is_warmed_once) {
    add({.warm = entries({"*/15 * * * *"})});
    wait_until(100h + 7min);
    ladder_.tick(now());
    EXPECT_EQ(asked(), "hot schedule");
    EXPECT_EQ(arrives(Residency::hot), "");
    EXPECT_EQ(alarm(), 100h + 8min) << "it parks, and then";
    ring();
    arrives(Residency::parked);
    ring();
    EXPECT_EQ(arrives(Residency::cold), "");
    EXPECT_EQ(alarm(), 100h + 15min);
}

TEST_F(OneModel, preloaded_is_as_good_as_used) {
    add({.preload = true});
    ladder_.warm(kModel, Cause::preload, now());
    EXPECT_EQ(asked(), "hot preload");
    moved(Residency::hot);
    EXPECT_EQ(alarm(), 1min);
}

TEST_F(OneModel, that_the_forecast_expects_to_be_called_comes_up_and_is_let_go) {
    add({.forecast = true});
    ladder_.set_forecast(kModel, true, moment(1min).steady, now());
    EXPECT_EQ(asked(), "hot forecast");
    EXPECT_EQ(arrives(Residency::hot), "");
    ladder_.set_forecast(kModel, false, moment(2min).steady, now());
    EXPECT_EQ(asked(), "cold idle");
}

TEST_F(OneModel, warmed_by_name_stays_for_its_keep_alive_whatever_the_forecast_says) {
    add({.keep_alive = KeepAlive(12min), .park_after = std::nullopt, .forecast = true});
    ladder_.warm(kModel, Cause::preload, now());
    EXPECT_EQ(asked(), "hot preload");
    moved(Residency::hot);
    EXPECT_EQ(alarm(), 12min);
}

TEST_F(OneModel, that_is_pinned_by_its_file_makes_others_leave) {
    add({.pinned = true});
    EXPECT_TRUE(presses());
}

// ---- Self-warming -------------------------------------------------------------------------------

TEST_F(OneModel, warms_itself_while_it_is_hot_and_idle_and_that_is_no_use) {
    add({.keep_alive = KeepAlive(12min), .park_after = std::nullopt, .self_warm = 5min});
    use();
    EXPECT_EQ(ring(), "warm itself");
    EXPECT_EQ(now().wall, moment(5min).wall);
    ladder_.tick(now());
    EXPECT_EQ(asked(), "") << "one at a time";
    wait(1s);
    ladder_.self_warmed(kModel, now());
    EXPECT_EQ(alarm(), 10min + 1s);
    EXPECT_EQ(ring(), "warm itself");
    ladder_.self_warmed(kModel, now());
    EXPECT_EQ(ring(), "cold idle") << "it was not used";
    EXPECT_EQ(now().wall, moment(12min).wall);
}

TEST_F(OneModel, that_is_busy_needs_no_warming) {
    add({.keep_alive = KeepAlive(), .park_after = std::nullopt, .self_warm = 5min});
    moved(Residency::hot);
    asked();
    wait(4min);
    use();
    EXPECT_EQ(alarm(), 9min);
    ladder_.job_came(kModel, {}, now());
    wait(1h);
    ladder_.tick(now());
    EXPECT_EQ(asked(), "");
}

// ---- Wishes -------------------------------------------------------------------------------------

TEST_F(OneModel, follows_its_operator) {
    add({});
    ladder_.wish(kModel, Wish::Kind::load, {}, now());
    EXPECT_EQ(asked(), "hot operator");
    EXPECT_EQ(arrives(Residency::hot), "");
    ladder_.wish(kModel, Wish::Kind::park, {}, now());
    EXPECT_EQ(asked(), "parked operator");
    EXPECT_EQ(arrives(Residency::parked), "");
    ladder_.wish(kModel, Wish::Kind::unload, {}, now());
    EXPECT_EQ(asked(), "cold operator");
    EXPECT_EQ(arrives(Residency::cold), "");
    ladder_.wish(kModel, Wish::Kind::pin, 1h, now());
    EXPECT_EQ(asked(), "hot operator");
}

TEST_F(OneModel, of_a_pin_that_is_taken_back_goes_by_its_rules) {
    add({});
    ladder_.wish(kModel, Wish::Kind::pin, {}, now());
    asked();
    moved(Residency::hot);
    wait(1h);
    EXPECT_FALSE(ladder_.take_back(kModel, Wish::Kind::hold, now()));
    EXPECT_TRUE(ladder_.take_back(kModel, Wish::Kind::pin, now()));
    EXPECT_EQ(asked(), "cold idle");
}

TEST_F(OneModel, that_failed_is_tried_at_once_when_an_operator_asks) {
    add({.pinned = true});
    asked();
    arrives(Residency::failed);
    ladder_.wish(kModel, Wish::Kind::load, {}, now());
    EXPECT_EQ(asked(), "hot operator");
}

TEST_F(OneModel, that_had_to_make_room_comes_back_when_the_time_is_over) {
    add({.pinned = false, .hot = windows({"00:00-24:00"})});
    asked();
    moved(Residency::hot);
    ladder_.displace(kModel, {Rung::cold, moment(1min).steady}, now());
    EXPECT_EQ(asked(), "cold pressure");
    EXPECT_EQ(arrives(Residency::cold), "");
    EXPECT_EQ(ring(), "hot schedule");
    EXPECT_EQ(now().wall, moment(1min).wall);
}

TEST_F(OneModel, that_had_to_make_room_comes_back_when_there_is_room) {
    add({.hot = windows({"00:00-24:00"})});
    asked();
    moved(Residency::hot);
    ladder_.displace(kModel, {Rung::cold, moment(24h).steady}, now());
    asked();
    arrives(Residency::cold);
    ladder_.restore(kModel, now());
    EXPECT_EQ(asked(), "hot schedule");
}

TEST_F(OneModel, that_comes_back_where_there_was_room_takes_nobody_elses_place) {
    add({.hot = windows({"00:00-24:00"})});
    EXPECT_TRUE(presses());
    moved(Residency::hot);
    ladder_.displace(kModel, {Rung::parked, moment(24h).steady}, now());
    asked();
    arrives(Residency::parked);
    ladder_.restore(kModel, now());
    EXPECT_FALSE(presses());
    ladder_.settled(kModel, Residency::parked, now());
    wait(5s);
    ladder_.tick(now());
    EXPECT_TRUE(presses()) << "there was none, but its window is open";
}

TEST_F(OneModel, that_comes_back_for_its_keep_alive_is_not_an_operators_load_again) {
    add({});
    ladder_.wish(kModel, Wish::Kind::load, {}, now());
    arrives(Residency::hot);
    ladder_.displace(kModel, {Rung::cold, moment(24h).steady}, now());
    asked();
    arrives(Residency::cold);
    ladder_.restore(kModel, now());
    EXPECT_EQ(asked(), "hot pressure");
}

TEST_F(OneModel, that_had_to_make_room_stays_when_a_job_has_brought_it_back) {
    add({});
    use();
    ladder_.displace(kModel, {Rung::cold, moment(24h).steady}, now());
    EXPECT_EQ(asked(), "cold pressure");
    arrives(Residency::cold);
    use();
    EXPECT_EQ(asked(), "") << "for its keep-alive";
}

// ---- Versions -----------------------------------------------------------------------------------

TEST_F(OneModel, of_a_new_version_need_not_make_the_room_that_the_old_one_made) {
    add({.hot = windows({"00:00-24:00"})});
    ladder_.displace(kModel, {Rung::cold, moment(24h).steady}, now());
    asked();
    ladder_.add(8, {.hot = windows({"00:00-24:00"})}, now(), kModel);
    EXPECT_EQ(asked(), "hot schedule");
}

TEST_F(OneModel, of_a_new_version_takes_over_history_and_wishes) {
    add({});
    ladder_.wish(kModel, Wish::Kind::pin, {}, now());
    asked();
    ladder_.add(8, {}, now(), kModel);
    const auto actions = ladder_.take();
    ASSERT_EQ(actions.size(), 1U);
    EXPECT_EQ(std::get<Move>(actions[0]).model, 8U);
    ladder_.remove(kModel);
    ladder_.remove(kModel);
    moved(Residency::cold);
    EXPECT_EQ(asked(), "");
}

TEST_F(OneModel, is_reviewed_when_the_wall_s_clock_is_set) {
    add({.hot = windows({"mon 08:00-18:00"}), .warm = entries({"0 7 * * *"})});
    Now set = now();
    set.wall += 9h;
    ladder_.wall_was_set(set);
    EXPECT_EQ(asked(), "hot schedule");
}

TEST_F(OneModel, makes_up_for_what_a_clock_that_was_set_ahead_has_gone_over) {
    add({.warm = entries({"0 7 * * *"})});
    Now set = now();
    set.wall += 100h;
    ladder_.wall_was_set(set);
    EXPECT_EQ(asked(), "hot schedule");
    arrives(Residency::hot);
    set.wall += 1h;
    ladder_.wall_was_set(set);
    EXPECT_EQ(asked(), "") << "once";
}

TEST_F(OneModel, is_released_by_an_entry_that_a_clock_that_was_set_ahead_has_gone_over) {
    add({.keep_alive = KeepAlive(),
         .park_after = std::nullopt,
         .release = entries({"0 19 * * *"})});
    wait(10h);
    use();
    Now set = now();
    set.wall += 24h;
    ladder_.wall_was_set(set);
    EXPECT_EQ(asked(), "cold idle");
}

TEST(Ladders, look_only_at_the_models_that_are_due) {
    Ladder ladder;
    for (ModelId id = 0; id < 1000; ++id)
        ladder.add(id, {.hot = windows({"mon-fri 08:00-18:30"})}, moment(0s));
    EXPECT_TRUE(ladder.take().empty());
    EXPECT_EQ(ladder.next_tick(), moment(8h).steady);
    ladder.tick(moment(8h));
    EXPECT_EQ(ladder.take().size(), 1000U);
}

}  // namespace
}  // namespace samovar::scheduler
