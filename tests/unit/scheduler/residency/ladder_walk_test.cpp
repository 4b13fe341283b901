// Random walks of the Ladder over a small dispatch of its own, whose work takes time and fails.
// What must hold of each move stands in check(); a failure prints the seed and the last events.

#include <gtest/gtest.h>

#include <deque>
#include <map>
#include <random>
#include <string>

#include "moment.hpp"
#include "scheduler/residency/ladder.hpp"

namespace samovar::scheduler {
namespace {

constexpr int kWalks = 100 / SAMOVAR_TEST_SHARE, kSteps = 250;
constexpr std::size_t kLinesKept = 30;

// A model as the dispatch sees it. Nothing begins before `free_at`: its worker starts.
struct Place {
    Residency residency = Residency::cold;
    bool wanted = false;
    std::optional<Rung> down;
    std::size_t jobs = 0;
    Time free_at{};
    std::optional<Time> done_at;         // of what it moves through
    std::optional<Time> job_done_at;     // of the job that runs
    std::optional<Time> self_warm_done;  // of a synthetic one
    std::optional<Rung> asked;           // by the ladder, and not answered
    std::optional<Time> failed_at;       // its last failure, until an operator's wish

    bool needed() const { return wanted || jobs > 0; }
};

Rung rung_at(Residency residency) {
    if (residency == Residency::hot) return Rung::hot;
    return residency == Residency::parked ? Rung::parked : Rung::cold;
}

class Walk {
  public:
    explicit Walk(std::uint64_t seed) : random_(seed) {
        for (int i = 0; i < 3; ++i)
            add(std::nullopt);
    }

    // Lets something happen, then some time pass.
    void step() {
        happen();
        static constexpr Duration kPauses[] = {1ms, 1s, 20s, 3min, 2h, 11h};
        pass(kPauses[below(std::size(kPauses))] * (below(1000) + 1) / 1000);
    }
    // Nothing happens any more, and all that was begun is given time to end.
    void settle_down() {
        quiet_ = true;
        pass(2h);
        expect_rest();
        for (int i = 0; i < 12; ++i) {
            pass(5h + 1min * below(60));
            expect_rest();
        }
        quiet_ = false;
    }

    const std::string& fault() const { return fault_; }
    std::size_t moves() const { return moves_; }

  private:
    // ---- Chance --------------------------------------------------------------------------------
    int below(std::size_t count) { return static_cast<int>(random_() % count); }
    bool odds(std::size_t in_a_thousand) { return !quiet_ && random_() % 1000 < in_a_thousand; }
    Duration some(Duration most) { return most * (below(1000) + 1) / 1000; }

    ResidencyRules some_rules() {
        ResidencyRules rules;
        const KeepAlive keeps[] = {0s, 10s, 5min, 2h, std::nullopt};
        rules.keep_alive = keeps[below(std::size(keeps))];
        const std::optional<Duration> parks[] = {std::nullopt, 0s, 5s, 1min};
        rules.park_after = parks[below(std::size(parks))];
        rules.pinned = odds(100);
        rules.held = !rules.pinned && odds(50);
        if (odds(150)) rules.hot = windows({"mon-fri 08:00-18:30"});
        // Shorter than a load takes, and with less than that between them.
        if (odds(150)) rules.hot = windows({"08:00-08:02", "08:05-08:06", "12:00-12:30"});
        if (odds(50)) rules.hot = windows({"00:00-24:00"});
        if (odds(150)) rules.warm = entries({"*/15 8-18 * * *", "0 3 * * sat"});
        if (odds(150)) rules.release = entries({"0 19 * * *", "0 12 * * *"});
        rules.forecast = odds(150);
        if (odds(200)) rules.self_warm = some(10min);
        return rules;
    }

    // ---- What happens --------------------------------------------------------------------------
    void happen() {
        const ModelId id = some_model();
        Place& place = places_.at(id);
        const std::string name = std::to_string(id);
        const Standing& standing = ladder_.view(id).standing;
        switch (below(16)) {
            case 0:
            case 1:
            case 2:
            case 3: return submit(id);
            case 4:
            case 5:
            case 6: return wish(id);
            case 7: return say("take back " + name), take_back(id);
            case 8: return say("warm " + name), ladder_.warm(id, Cause::preload, now()), drain();
            case 9: return displace(id);
            case 10:
                say("lead of " + name);
                return ladder_.set_lead(id, some(10min), now()), drain();
            case 11:
                say("parking of " + name);
                return ladder_.set_can_park(id, !standing.can_park, now()), drain();
            case 12: return forecast(id);
            case 13: return say("new version of " + name), replace(id);
            case 14: return set_wall();
            default: return place.residency == Residency::cold ? submit(id) : die(id);
        }
    }
    ModelId some_model() {
        auto at = places_.begin();
        std::advance(at, below(places_.size()));
        return at->first;
    }
    void submit(ModelId id) {
        if (rule_of(id) == Rule::hold) return;  // refused at the door
        say("job for " + std::to_string(id));
        ++places_.at(id).jobs;
        places_.at(id).free_at = std::max(places_.at(id).free_at, time_ + some(2s));
        std::optional<KeepAlive> asked;
        if (odds(200)) asked = KeepAlive(some(10min));
        ladder_.job_came(id, asked, now());
        drain();
        proceed(id);
    }
    void wish(ModelId id) {
        constexpr Wish::Kind kKinds[] = {Wish::Kind::pin, Wish::Kind::hold, Wish::Kind::load,
                                         Wish::Kind::park, Wish::Kind::unload};
        const Wish::Kind kind = kKinds[below(std::size(kKinds))];
        std::optional<Duration> length;
        if (odds(500)) length = some(1h);
        say("wish " + std::to_string(static_cast<int>(kind)) + " for " + std::to_string(id));
        places_.at(id).failed_at.reset();
        ladder_.wish(id, kind, length, now());
        drain();
    }
    void take_back(ModelId id) {
        if (const auto wish = ladder_.view(id).standing.wish)
            ladder_.take_back(id, wish->kind, now());
        drain();
    }
    void displace(ModelId id) {
        say("displace " + std::to_string(id));
        const Rung to = odds(500) ? Rung::parked : Rung::cold;
        ladder_.displace(id, {to, time_ + some(5min)}, now());
        drain();
    }
    void forecast(ModelId id) {
        say("forecast of " + std::to_string(id));
        ladder_.set_forecast(id, odds(500), time_ + 1min, now());
        drain();
    }
    void set_wall() {
        say("the wall's clock is set");
        wall_ahead_ += some(6h) - 3h;
        ladder_.wall_was_set(now());
        drain();
    }
    void replace(ModelId id) {
        add(id);  // the jobs of the old one end with it, and are not the new one's
        ladder_.remove(id);
        places_.erase(id);
    }
    void add(std::optional<ModelId> instead_of) {
        const ModelId id = ++newest_;
        places_[id];
        ladder_.add(id, some_rules(), now(), instead_of);
        drain();
    }
    // Its worker dies: what was up comes up again, unless it was to go.
    void die(ModelId id) {
        say("death under " + std::to_string(id));
        Place& place = places_.at(id);
        const bool was_up =
            place.residency != Residency::parked && place.residency != Residency::parking &&
            place.residency != Residency::unloading && place.residency != Residency::failed;
        place.wanted = was_up && !place.down;
        place.down.reset();
        place.done_at.reset();
        place.job_done_at.reset();
        place.free_at = time_ + some(10s);
        become(id, Residency::cold, Cause::fault);
        settle(id);
    }

    // ---- The dispatch --------------------------------------------------------------------------
    void drain() {
        for (auto actions = ladder_.take(); !actions.empty(); actions = ladder_.take())
            for (const LadderAction& action : actions)
                std::visit([this](const auto& what) { take(what); }, action);
    }
    void take(const SelfWarm& action) {
        Place& place = places_.at(action.model);
        expect(place.residency == Residency::hot, "a synthetic job on a model that is not hot");
        expect(place.jobs == 0, "a synthetic job beside real ones");
        expect(!place.self_warm_done, "a second synthetic job at a time");
        place.self_warm_done = time_ + some(1s);
    }
    void take(const Move& move) {
        say("  " + std::to_string(move.model) + " to " + std::string(to_string(move.to)) + " (" +
            std::string(to_string(move.cause)) + ")");
        ++moves_;
        Place& place = places_.at(move.model);
        check(move, place);
        place.asked = move.to;
        if (move.to != Rung::hot) {
            place.wanted = false;
            place.down = move.to;
        } else if (odds(50)) {  // a failed worker is left alone
            return settle(move.model);
        } else {
            if (!place.needed()) place.free_at = time_ + some(2s);
            place.wanted = true;
            place.down.reset();
            if (place.residency == Residency::failed) become(move.model, Residency::cold, {});
        }
        proceed(move.model);
    }
    void check(const Move& move, const Place& place) {
        const Ladder::View view = ladder_.view(move.model);
        const Verdict verdict = decide(view.rules, view.standing, now());
        expect(is_at_rest(place.residency), "a move of a model that moves");
        expect(place.asked != move.to, "the same move twice");
        const Rung from = rung_at(place.residency);
        expect(move.to != from || place.asked == Rung::hot, "a move to where the model is");
        expect(move.to != Rung::parked || from != Rung::cold, "a load for the sake of parking");
        expect(move.to == verdict.rung, "a move that decide() does not name");
        const bool held = view.rules.held || wished(view.standing, Wish::Kind::hold);
        expect(!held || move.to == Rung::cold, "a held model is asked up");
        expect(held || place.jobs == 0 || move.to == Rung::hot, "a busy model is asked down");
        expect(verdict.rule != Rule::demand, "a move that the dispatch makes by itself");
        const bool pinned = !held && (view.rules.pinned || wished(view.standing, Wish::Kind::pin));
        expect(!pinned || move.to == Rung::hot, "a pinned model is asked down");
        expect(move.to != Rung::hot || !place.failed_at ||
                   time_ - *place.failed_at >= Ladder::kFirstRetry,
               "a load too soon after a failure");
    }
    // Begins what can begin.
    void proceed(ModelId id) {
        Place& place = places_.at(id);
        if (!is_at_rest(place.residency)) return;
        const bool hot = place.residency == Residency::hot;
        if (hot && place.jobs > 0) {
            if (!place.job_done_at) place.job_done_at = time_ + some(3s);
        } else if (hot && place.down) {
            begin(id, *place.down == Rung::cold ? Residency::unloading : Residency::parking);
        } else if (!hot && place.needed()) {
            if (time_ < place.free_at) return;
            expect(rule_of(id) != Rule::hold || place.jobs > 0, "a held model is loaded");
            begin(id,
                  place.residency == Residency::parked ? Residency::waking : Residency::loading);
        } else if (place.residency == Residency::parked && place.down == Rung::cold) {
            begin(id, Residency::unloading);
        } else if (place.down) {
            place.down.reset();
            settle(id);
        }
    }
    void begin(ModelId id, Residency through) {
        places_.at(id).done_at = time_ + some(through == Residency::loading ? 20s : 1s);
        become(id, through, {});
    }
    void become(ModelId id, Residency residency, Cause cause) {
        Place& place = places_.at(id);
        if (place.residency == residency) return;
        place.residency = residency;
        if (is_at_rest(residency) && place.asked == rung_at(residency)) place.asked.reset();
        if (residency == Residency::hot) place.failed_at.reset();
        if (residency == Residency::failed) {  // which answers what was asked
            place.failed_at = time_;
            place.asked.reset();
        }
        ladder_.moved(id, residency, cause, now());
        drain();
    }
    // Tells the ladder where no move is under way.
    void settle(ModelId id) {
        Place& place = places_.at(id);
        if (place.needed() || place.down || !is_at_rest(place.residency)) return;
        if (place.asked && *place.asked != rung_at(place.residency)) place.failed_at = time_;
        place.asked.reset();
        ladder_.settled(id, place.residency, now());
        drain();
    }
    void work_done(ModelId id) {
        Place& place = places_.at(id);
        place.done_at.reset();
        const bool fails = odds(150);
        switch (place.residency) {
            case Residency::loading:
            case Residency::waking:
                place.wanted = false;
                if (fails) return load_failed(id);
                become(id, Residency::hot, Cause::demand);
                break;
            case Residency::parking:
                place.down.reset();
                if (fails && odds(500)) ladder_.set_can_park(id, false, now());
                become(id, fails ? Residency::hot : Residency::parked, Cause::idle);
                break;
            default: place.down.reset(); become(id, Residency::cold, Cause::idle);
        }
        settle(id);
        proceed(id);
    }
    void load_failed(ModelId id) {
        places_.at(id).down.reset();
        become(id, Residency::failed, Cause::fault);
        settle(id);
        while (places_.at(id).jobs > 0)
            job_ended(id, false);
    }
    void job_ended(ModelId id, bool ran) {
        Place& place = places_.at(id);
        place.job_done_at.reset();
        --place.jobs;
        ladder_.job_ended(id, ran, now());
        drain();
        proceed(id);
    }

    // ---- Time ----------------------------------------------------------------------------------
    Now now() const {
        Now moment{time_, kStart.wall + wall_ahead_};
        moment.wall += time_ - kStart.steady;
        return moment;
    }
    void pass(Duration duration) {
        const Time end = time_ + duration;
        while (fault_.empty()) {
            const Time next = std::min(end, next_happening());
            expect(!ladder_.next_tick() || *ladder_.next_tick() > time_, "an alarm in the past");
            expect_nothing_changes_until(next);
            time_ = next;
            ladder_.tick(now());
            drain();
            for (const ModelId id : models())
                go_on(id);
            if (time_ == end) return;
        }
    }
    Time next_happening() const {
        Time next = ladder_.next_tick().value_or(Time::max());
        for (const auto& [id, place] : places_) {
            for (const auto& time : {place.done_at, place.job_done_at, place.self_warm_done})
                if (time) next = std::min(next, *time);
            if (waits_for_its_worker(place)) next = std::min(next, place.free_at);
        }
        return next;
    }
    bool waits_for_its_worker(const Place& place) const {
        return is_at_rest(place.residency) && place.residency != Residency::hot && place.needed() &&
               place.free_at > time_;
    }
    std::vector<ModelId> models() const {
        std::vector<ModelId> ids;
        for (const auto& [id, place] : places_)
            ids.push_back(id);
        return ids;
    }
    void go_on(ModelId id) {
        Place& place = places_.at(id);
        if (place.done_at && *place.done_at <= time_) work_done(id);
        if (place.job_done_at && *place.job_done_at <= time_) job_ended(id, true);
        if (place.self_warm_done && *place.self_warm_done <= time_) {
            place.self_warm_done.reset();
            ladder_.self_warmed(id, now());
            drain();
        }
        proceed(id);
    }

    // What an operator wants now.
    bool wished(const Standing& standing, Wish::Kind kind) const {
        return standing.wish && standing.wish->kind == kind &&
               (!standing.wish->until || time_ < *standing.wish->until);
    }

    // ---- What must hold ------------------------------------------------------------------------
    Rule rule_of(ModelId id) const {
        const Ladder::View view = ladder_.view(id);
        return decide(view.rules, view.standing, now()).rule;
    }
    // An alarm may be early, never late.
    void expect_nothing_changes_until(Time next) {
        if (next - time_ < 2ns) return;
        const Now between = now().later(time_ + (next - time_) / 1000 * below(1000));
        for (const auto& [id, place] : places_) {
            const Ladder::View view = ladder_.view(id);
            expect(decide(view.rules, view.standing, between) ==
                       decide(view.rules, view.standing, now()),
                   "a change without an alarm, of " + std::to_string(id));
            expect((!view.next_warm || *view.next_warm > between.instant()) &&
                       (!view.next_release || *view.next_release > between.instant()),
                   "a cron entry without an alarm, of " + std::to_string(id));
        }
    }
    // Where decide() wants it, or failed with a retry to come, or cold where it would be parked.
    void expect_rest() {
        for (const auto& [id, place] : places_) {
            const Ladder::View view = ladder_.view(id);
            const Rung rung = decide(view.rules, view.standing, now()).rung;
            const bool retries = view.retry_at && *view.retry_at > time_;
            const bool on_its_way = !is_at_rest(place.residency) || place.needed();
            expect(place.residency == view.residency, "the ladder sees another residency");
            expect(rung == rung_at(place.residency) || retries || on_its_way ||
                       (rung == Rung::parked && rung_at(place.residency) == Rung::cold),
                   "model " + std::to_string(id) + " rests " +
                       std::string(to_string(place.residency)) + " and belongs " +
                       std::string(to_string(rung)));
        }
    }
    void expect(bool holds, const std::string& otherwise) {
        if (holds || !fault_.empty()) return;
        for (const std::string& line : lines_)
            fault_ += line + "\n";
        fault_ += otherwise;
    }
    void say(const std::string& line) {
        const auto ms =
            std::chrono::duration_cast<std::chrono::milliseconds>(time_ - kStart.steady);
        lines_.push_back(std::to_string(ms.count()) + " ms: " + line);
        if (lines_.size() > kLinesKept) lines_.pop_front();
    }

    const Now kStart = moment(0s);
    std::mt19937_64 random_;
    Ladder ladder_;
    std::map<ModelId, Place> places_;
    ModelId newest_ = 0;
    Time time_ = kStart.steady;
    Duration wall_ahead_{};
    bool quiet_ = false;
    std::size_t moves_ = 0;
    std::deque<std::string> lines_;
    std::string fault_;
};

TEST(LadderWalk, asks_only_for_what_the_rules_want_and_comes_to_rest_where_they_want_it) {
    std::size_t moves = 0;
    for (std::uint64_t seed = 1; seed <= kWalks; ++seed) {
        Walk walk(seed);
        for (int i = 0; i < kSteps; ++i) {
            walk.step();
            if (i % 50 == 49) walk.settle_down();
        }
        ASSERT_TRUE(walk.fault().empty()) << "with seed " << seed << ":\n" << walk.fault();
        moves += walk.moves();
    }
    EXPECT_GT(moves, static_cast<std::size_t>(kWalks * kSteps / 10))
        << "the walk tests little where nearly nothing moves";
}

}  // namespace
}  // namespace samovar::scheduler
