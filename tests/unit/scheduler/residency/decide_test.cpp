// The table of precedence, and what each rule says by itself.

#include <gtest/gtest.h>

#include <functional>
#include <string>
#include <vector>

#include "moment.hpp"
#include "scheduler/residency/decide.hpp"

namespace samovar::scheduler {

void PrintTo(const Verdict& verdict, std::ostream* out) {
    *out << to_string(verdict.rung) << " by " << to_string(verdict.rule);
}

namespace {

constexpr Duration kNow = 10h;  // Monday, ten o'clock

struct Case {
    ResidencyRules rules;
    Standing standing;

    Verdict verdict(Duration when = kNow) const { return decide(rules, standing, moment(when)); }
    std::optional<Duration> review(Duration when = kNow) const {
        const auto next = next_review(rules, standing, moment(when));
        if (!next) return std::nullopt;
        return *next - moment(0s).steady;
    }
    void wish(Wish::Kind kind, Duration since, std::optional<Duration> length = std::nullopt) {
        standing.wish = Wish{kind, moment(since).steady, std::nullopt};
        if (length) standing.wish->until = moment(since + *length).steady;
    }
    void used(Duration when) { standing.last_call = standing.last_use = moment(when).steady; }
};

// ---- Precedence ---------------------------------------------------------------------------------

// One rule by itself, made to say something at kNow.
struct Article {
    Rule rule;
    Rung rung;
    std::function<void(Case&)> apply;
};

// In the order of precedence.
const std::vector<Article>& articles() {
    static const std::vector<Article> all{
        {Rule::hold, Rung::cold, [](Case& c) { c.rules.held = true; }},
        {Rule::demand, Rung::hot, [](Case& c) { c.standing.jobs = 1; }},
        {Rule::pin, Rung::hot, [](Case& c) { c.rules.pinned = true; }},
        {Rule::pressure, Rung::parked,
         [](Case& c) {
             c.standing.displaced = Displaced{Rung::parked, moment(kNow + 1min).steady};
         }},
        {Rule::sent_down, Rung::cold, [](Case& c) { c.wish(Wish::Kind::unload, kNow - 1s, 1h); }},
        {Rule::window, Rung::hot, [](Case& c) { c.rules.hot = windows({"mon 08:00-18:00"}); }},
        {Rule::forecast, Rung::hot,
         [](Case& c) {
             c.rules.forecast = true;
             c.standing.called_soon = true;
         }},
        {Rule::keep_alive, Rung::hot,
         [](Case& c) {
             c.used(kNow - 10s);
             c.standing.asked = KeepAlive(1min);
         }},
    };
    return all;
}

TEST(Precedence, of_any_two_rules_the_one_that_stands_higher_decides) {
    for (std::size_t high = 0; high < articles().size(); ++high)
        for (std::size_t low = high; low < articles().size(); ++low) {
            Case both;
            articles()[low].apply(both);
            articles()[high].apply(both);
            const Verdict expected{articles()[high].rung, articles()[high].rule};
            EXPECT_EQ(both.verdict(), expected) << "over " << to_string(articles()[low].rule);
        }
}

TEST(Precedence, all_rules_at_once_obey_the_first_and_each_gone_gives_way_to_the_next) {
    for (std::size_t first = 0; first < articles().size(); ++first) {
        Case all;
        for (std::size_t i = first; i < articles().size(); ++i)
            articles()[i].apply(all);
        const Verdict expected{articles()[first].rung, articles()[first].rule};
        EXPECT_EQ(all.verdict(), expected);
    }
}

TEST(Precedence, a_load_for_a_time_stands_between_what_was_sent_down_and_the_windows) {
    Case loaded;
    loaded.wish(Wish::Kind::load, kNow - 1s, 1h);
    EXPECT_EQ(loaded.verdict(), (Verdict{Rung::hot, Rule::sent_up}));
    articles()[5].apply(loaded);
    EXPECT_EQ(loaded.verdict(), (Verdict{Rung::hot, Rule::sent_up}));
    articles()[3].apply(loaded);
    EXPECT_EQ(loaded.verdict(), (Verdict{Rung::parked, Rule::pressure}));
}

TEST(Precedence, without_any_rule_a_model_is_cold) {
    EXPECT_EQ(Case().verdict(), (Verdict{Rung::cold, Rule::idle}));
    EXPECT_EQ(Case().review(), std::nullopt) << "and nobody wakes up for it";
}

// ---- Keep-alive ---------------------------------------------------------------------------------

TEST(KeepAlive, steps_from_hot_to_parked_to_cold) {
    Case used;
    used.used(kNow);
    EXPECT_EQ(used.verdict(kNow + 59s), (Verdict{Rung::hot, Rule::keep_alive}));
    EXPECT_EQ(used.review(kNow + 59s), kNow + 1min);
    EXPECT_EQ(used.verdict(kNow + 1min), (Verdict{Rung::parked, Rule::keep_alive}));
    EXPECT_EQ(used.review(kNow + 1min), kNow + 5min);
    EXPECT_EQ(used.verdict(kNow + 5min - 1ns).rung, Rung::parked);
    EXPECT_EQ(used.verdict(kNow + 5min), (Verdict{Rung::cold, Rule::idle}));
    EXPECT_EQ(used.review(kNow + 5min), std::nullopt);
}

TEST(KeepAlive, of_a_model_that_cannot_park_is_hot_to_its_end) {
    Case used;
    used.used(kNow);
    used.standing.can_park = false;
    EXPECT_EQ(used.verdict(kNow + 5min - 1s).rung, Rung::hot);
    EXPECT_EQ(used.verdict(kNow + 5min).rung, Rung::cold);
}

TEST(KeepAlive, of_zero_lets_go_at_once_and_for_ever_never) {
    Case used;
    used.used(kNow);
    used.rules.keep_alive = 0s;
    EXPECT_EQ(used.verdict(kNow).rung, Rung::cold);
    used.rules.keep_alive = std::nullopt;
    used.rules.park_after = std::nullopt;
    EXPECT_EQ(used.verdict(kNow + 10000h).rung, Rung::hot);
    EXPECT_EQ(used.review(kNow + 10000h), std::nullopt);
}

TEST(KeepAlive, that_the_caller_asked_for_stands_over_the_model_s) {
    Case used;
    used.used(kNow);
    used.standing.asked = KeepAlive(0s);
    EXPECT_EQ(used.verdict(kNow).rung, Rung::cold);
    used.standing.asked = KeepAlive(2h);
    EXPECT_EQ(used.verdict(kNow + 1h).rung, Rung::parked);
    used.standing.asked = KeepAlive();
    EXPECT_EQ(used.verdict(kNow + 100h).rung, Rung::parked) << "for ever, but not on the device";
}

TEST(KeepAlive, is_undone_by_a_release_that_comes_after_the_use) {
    Case used;
    used.used(kNow);
    used.standing.last_release = moment(kNow + 10s).steady;
    EXPECT_EQ(used.verdict(kNow + 10s), (Verdict{Rung::cold, Rule::idle}));
    used.used(kNow + 20s);
    EXPECT_EQ(used.verdict(kNow + 20s).rung, Rung::hot);
}

TEST(KeepAlive, gives_way_to_the_forecast_unless_the_caller_asked) {
    Case used;
    used.used(kNow);
    used.rules.forecast = true;
    EXPECT_EQ(used.verdict(kNow), (Verdict{Rung::cold, Rule::idle})) << "a one-off is let go";
    used.standing.asked = KeepAlive(30s);
    EXPECT_EQ(used.verdict(kNow), (Verdict{Rung::hot, Rule::keep_alive}));
}

// ---- Windows ------------------------------------------------------------------------------------

TEST(HotWindow, begins_early_by_what_a_load_takes) {
    Case hours;
    hours.rules.hot = windows({"mon-fri 08:00-18:30"});
    hours.standing.lead = 1500ms;  // the calendar knows whole seconds
    EXPECT_EQ(hours.verdict(8h - 3s).rung, Rung::cold);
    EXPECT_EQ(hours.review(8h - 3s), 8h - 2s);
    EXPECT_EQ(hours.verdict(8h - 2s), (Verdict{Rung::hot, Rule::window}));
    EXPECT_EQ(hours.verdict(18h + 30min - 1ns).rung, Rung::hot);
    EXPECT_EQ(hours.verdict(18h + 30min), (Verdict{Rung::cold, Rule::idle}));
    EXPECT_EQ(hours.review(18h + 30min), 32h - 2s) << "and again on Tuesday";
}

TEST(HotWindow, that_is_shorter_than_a_load_is_open_without_a_break) {
    Case hours;
    hours.rules.hot = windows({"08:00-08:02"});
    hours.standing.lead = 5min;
    EXPECT_EQ(hours.verdict(8h - 5min - 1s).rung, Rung::cold);
    for (const Duration time : std::vector<Duration>{8h - 5min, 8h - 3min, 8h - 1s, 8h + 2min - 1s})
        EXPECT_EQ(hours.verdict(time), (Verdict{Rung::hot, Rule::window}));
    EXPECT_EQ(hours.review(8h - 4min), 8h + 2min);
    EXPECT_EQ(hours.verdict(8h + 2min).rung, Rung::cold);
}

TEST(HotWindow, that_ends_leaves_the_model_to_its_keep_alive) {
    Case hours;
    hours.rules.hot = windows({"mon-fri 08:00-18:30"});
    hours.used(18h + 29min);
    EXPECT_EQ(hours.verdict(18h + 31min), (Verdict{Rung::parked, Rule::keep_alive}));
}

// ---- Wishes -------------------------------------------------------------------------------------

TEST(Wishes, end_with_their_time) {
    Case wished;
    for (const auto& [kind, rung] : {std::pair{Wish::Kind::pin, Rung::hot},
                                     {Wish::Kind::load, Rung::hot},
                                     {Wish::Kind::park, Rung::parked}}) {
        wished.wish(kind, kNow, 1h);
        EXPECT_EQ(wished.verdict(kNow + 1h - 1ns).rung, rung);
        EXPECT_EQ(wished.review(kNow + 1min), kNow + 1h);
        EXPECT_EQ(wished.verdict(kNow + 1h), (Verdict{Rung::cold, Rule::idle}));
    }
}

TEST(Wishes, to_go_down_hold_against_a_keep_alive_until_the_next_use) {
    Case used;
    used.used(kNow);
    used.wish(Wish::Kind::unload, kNow + 1s);
    EXPECT_EQ(used.verdict(kNow + 2s), (Verdict{Rung::cold, Rule::sent_down}));
    used.used(kNow + 3s);
    EXPECT_EQ(used.verdict(kNow + 3s), (Verdict{Rung::hot, Rule::keep_alive}));
}

TEST(Wishes, to_go_down_hold_in_an_open_window_until_the_next_one_begins) {
    Case hours;
    hours.rules.hot = windows({"mon-fri 08:00-18:30"});
    hours.standing.lead = 10s;
    hours.wish(Wish::Kind::unload, kNow);
    EXPECT_EQ(hours.verdict(kNow + 1h), (Verdict{Rung::cold, Rule::sent_down}));
    EXPECT_EQ(hours.verdict(32h - 11s).rung, Rung::cold);
    EXPECT_EQ(hours.verdict(32h - 10s), (Verdict{Rung::hot, Rule::window}));
}

TEST(Wishes, to_park_what_cannot_park_unload_it) {
    Case used;
    used.used(kNow);
    used.standing.can_park = false;
    used.wish(Wish::Kind::park, kNow + 1s);
    EXPECT_EQ(used.verdict(kNow + 2s), (Verdict{Rung::cold, Rule::sent_down}));
}

// ---- Causes -----------------------------------------------------------------------------------

TEST(Causes, of_a_step_down_by_keep_alive_are_idleness) {
    Standing standing;
    EXPECT_EQ(cause_of({Rung::parked, Rule::keep_alive}, {}, standing), Cause::idle);
    EXPECT_EQ(cause_of({Rung::cold, Rule::idle}, {}, standing), Cause::idle);
}

TEST(Causes, of_a_step_up_by_keep_alive_are_what_began_it) {
    Standing standing;
    standing.last_warm = moment(kNow).steady;
    standing.warmed_by = Cause::schedule;
    EXPECT_EQ(cause_of({Rung::hot, Rule::keep_alive}, {}, standing), Cause::schedule);
    standing.last_use = moment(kNow + 1s).steady;
    EXPECT_EQ(cause_of({Rung::hot, Rule::keep_alive}, {}, standing), Cause::demand);
}

TEST(Causes, of_a_pin_are_its_file_or_an_operator) {
    const ResidencyRules pinned{.pinned = true};
    Standing standing;
    EXPECT_EQ(cause_of({Rung::hot, Rule::pin}, pinned, standing), Cause::preload);
    standing.wish = Wish{Wish::Kind::pin, moment(kNow).steady, std::nullopt};
    EXPECT_EQ(cause_of({Rung::hot, Rule::pin}, {}, standing), Cause::operators);
}

}  // namespace
}  // namespace samovar::scheduler
