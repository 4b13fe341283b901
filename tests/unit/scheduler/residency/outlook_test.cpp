// What is foretold of a model, beside what the ladder then does with it.

#include "scheduler/residency/outlook.hpp"

#include <gtest/gtest.h>

#include <random>
#include <string>

#include "moment.hpp"
#include "scheduler/residency/ladder.hpp"

namespace samovar::scheduler {
namespace {

constexpr Duration kNow = 10h;  // Monday, ten o'clock
constexpr ModelId kModel = 1;

struct Case {
    ResidencyRules rules;
    Standing standing;

    std::optional<Outlook> next(Rung at) const {
        return outlook(rules, standing, at, moment(kNow));
    }
    std::optional<Time> cold() const { return cold_at(rules, standing, Rung::hot, moment(kNow)); }
};

Case used_now() {
    Case used;
    used.standing.last_use = moment(kNow).steady;
    return used;
}

TEST(Outlooks, tell_the_next_change_of_rung_and_its_rule) {
    Case hours = used_now();
    hours.rules.hot = windows({"mon-fri 08:00-18:30"});
    const auto next = hours.next(Rung::hot);
    ASSERT_TRUE(next);
    EXPECT_EQ(next->when, moment(18h + 30min).steady)
        << "the keep-alive ends earlier, to no effect";
    EXPECT_EQ(next->verdict, (Verdict{Rung::cold, Rule::idle}));
}

TEST(Outlooks, of_a_pinned_model_are_none) {
    Case pinned;
    pinned.rules.pinned = true;
    pinned.rules.hot = windows({"mon-fri 08:00-18:30"});
    EXPECT_FALSE(pinned.next(Rung::hot));
}

TEST(Outlooks, do_not_park_what_is_cold) {
    Case displaced = used_now();
    displaced.standing.displaced = Displaced{Rung::cold, moment(kNow + 2min).steady};
    EXPECT_FALSE(displaced.next(Rung::cold)) << "by then it would be parked";
}

TEST(Outlooks, see_what_cron_entries_will_do) {
    Case warmed;
    warmed.rules.warm = entries({"0 12 * * *"});
    const auto next = warmed.next(Rung::cold);
    ASSERT_TRUE(next);
    EXPECT_EQ(next->when, moment(12h).steady);
    EXPECT_EQ(next->verdict, (Verdict{Rung::hot, Rule::keep_alive}));
    Case released = used_now();
    released.rules.keep_alive.reset();
    released.rules.park_after.reset();
    released.rules.release = entries({"0 11 * * *"});
    ASSERT_TRUE(released.next(Rung::hot));
    EXPECT_EQ(released.next(Rung::hot)->when, moment(11h).steady);
}

TEST(Outlooks, of_what_made_room_for_ever_are_none) {
    Case displaced = used_now();
    displaced.standing.displaced = Displaced{Rung::cold, std::nullopt};
    EXPECT_FALSE(displaced.next(Rung::cold));
}

TEST(TheEndOfAStay, is_that_of_the_keep_alive_and_not_of_its_hot_part) {
    EXPECT_EQ(used_now().cold(), moment(kNow + 5min).steady);
}

TEST(TheEndOfAStay, is_put_off_by_cron_entries_before_it) {
    Case warmed = used_now();
    warmed.rules.warm = entries({"4 10 6 1 *", "3 10 5 1 *"});
    EXPECT_EQ(warmed.cold(), moment(kNow + 3min + 5min).steady);
}

TEST(TheEndOfAStay, is_none_where_entries_come_for_ever_in_time) {
    Case warmed = used_now();
    warmed.rules.warm = entries({"*/4 * * * *"});
    EXPECT_FALSE(warmed.cold());
}

// Random rules and a random past; whether the ladder's next move is the one that was foretold.
class Future {
  public:
    explicit Future(std::uint64_t seed) : random_(seed) {
        ladder_.add(kModel, rules(), now_);
        for (int i = 0; i < 6; ++i)
            happen();
        settle();
    }

    void compare() {
        const auto view = ladder_.view(kModel);
        const auto foretold = outlook(view.rules, view.standing, rung_of(residency_), now_);
        const Time end = moment(kNow + 72h).steady;
        while (const auto next = ladder_.next_tick()) {
            if (*next > end) break;
            now_ = now_.later(*next);
            ladder_.tick(now_);
            for (const LadderAction& action : ladder_.take()) {
                const Move& move = std::get<Move>(action);
                ASSERT_TRUE(foretold) << "nothing was foretold";
                EXPECT_EQ(move.to, foretold->verdict.rung);
                EXPECT_EQ(now_.steady - moment(0s).steady, foretold->when - moment(0s).steady);
                return;
            }
        }
        EXPECT_TRUE(!foretold || foretold->when > end) << "what was foretold has not come";
    }

  private:
    std::size_t below(std::size_t bound) { return random_() % bound; }
    bool chance(std::size_t of) { return below(of) == 0; }

    ResidencyRules rules() {
        ResidencyRules rules;
        rules.keep_alive = 1min * (1 + below(180));
        if (chance(6)) rules.keep_alive.reset();
        rules.park_after = 1min * (1 + below(30));
        if (chance(3)) rules.park_after.reset();
        if (chance(3)) rules.hot = windows({"mon-wed 08:00-18:30", "20:00-21:00"});
        if (chance(3)) rules.warm = entries({"30 7-19/3 * * *"});
        if (chance(3)) rules.release = entries({"0 */5 * * *"});
        return rules;
    }

    void happen() {
        now_ = now_.later(now_.steady + 1s * below(3600));
        ladder_.tick(now_);
        settle();
        const std::optional<Duration> length =
            chance(2) ? std::optional<Duration>(1s * (1 + below(7200))) : std::nullopt;
        switch (below(7)) {
            case 0: ladder_.wish(kModel, Wish::Kind::pin, length, now_); break;
            case 1: ladder_.wish(kModel, Wish::Kind::park, length, now_); break;
            case 2: ladder_.wish(kModel, Wish::Kind::unload, length, now_); break;
            case 3: ladder_.wish(kModel, Wish::Kind::load, length, now_); break;
            case 4: ladder_.set_can_park(kModel, chance(2), now_); break;
            case 5:
                if (residency_ == Residency::hot)
                    ladder_.displace(kModel, {Rung::cold, now_.steady + length.value_or(1h)}, now_);
                break;
            default:
                ladder_.job_came(kModel, std::nullopt, now_);
                come_to(Rung::hot, Cause::demand);
                ladder_.job_ended(kModel, true, now_);
        }
        settle();
    }

    // Every move is carried out at once.
    void settle() {
        for (auto actions = ladder_.take(); !actions.empty(); actions = ladder_.take())
            for (const LadderAction& action : actions) {
                const Move& move = std::get<Move>(action);
                come_to(move.to, move.cause);
                ladder_.settled(kModel, residency_, now_);
            }
    }
    void come_to(Rung rung, Cause cause) {
        const Residency to = rung == Rung::hot      ? Residency::hot
                             : rung == Rung::parked ? Residency::parked
                                                    : Residency::cold;
        if (to == residency_) return;
        residency_ = to;
        ladder_.moved(kModel, to, cause, now_);
    }

    std::mt19937_64 random_;
    Now now_ = moment(kNow);
    Ladder ladder_;
    Residency residency_ = Residency::cold;
};

TEST(Outlooks, are_what_the_ladder_then_does) {
    for (std::uint64_t seed = 0; seed < 3000; ++seed) {
        SCOPED_TRACE("seed " + std::to_string(seed));
        Future(seed).compare();
        if (HasFailure()) return;
    }
}

}  // namespace
}  // namespace samovar::scheduler
