#include "scheduler/residency/ladder.hpp"

#include <algorithm>
#include <utility>

namespace samovar::scheduler {
// ---- Models -------------------------------------------------------------------------------------

void Ladder::add(ModelId id, ResidencyRules rules, Now now, std::optional<ModelId> instead_of) {
    Model& model = models_[id];
    if (const auto old = models_.find(instead_of.value_or(id));
        instead_of && old != models_.end()) {
        model.standing = old->second.standing;
        model.standing.jobs = 0;  // those go on with the version that they came for
        model.standing.displaced.reset();
        model.last_activity = old->second.last_activity;
    }
    model.rules = std::move(rules);
    model.next_warm = next_of(model.rules.warm, now.instant());
    model.next_release = next_of(model.rules.release, now.instant());
    review(id, now);
}

void Ladder::remove(ModelId id) {
    const auto found = models_.find(id);
    if (found == models_.end()) return;
    if (found->second.review_at) reviews_.erase({*found->second.review_at, id});
    models_.erase(found);
}

// ---- What happened ------------------------------------------------------------------------------

void Ladder::job_came(ModelId id, std::optional<KeepAlive> asked, Now now) {
    Standing& standing = models_.at(id).standing;
    ++standing.jobs;
    standing.last_call = now.steady;
    // What sent it down until it is called is over, also for the next life of the daemon.
    if (const auto& wish = standing.wish;
        wish && !wish->until &&
        (wish->kind == Wish::Kind::park || wish->kind == Wish::Kind::unload))
        standing.wish.reset();
    standing.asked = asked;
    review(id, now);
}

void Ladder::job_ended(ModelId id, bool ran, Now now) {
    const auto found = models_.find(id);
    if (found == models_.end()) return;
    Model& model = found->second;
    if (model.standing.jobs > 0) --model.standing.jobs;
    if (ran) model.standing.last_use = model.last_activity = now.steady;
    review(id, now);
}

void Ladder::moved(ModelId id, Residency residency, Cause cause, Now now) {
    const auto found = models_.find(id);
    if (found == models_.end()) return;
    Model& model = found->second;
    model.residency = residency;
    model.since = now.steady;
    model.cause = cause;
    if (model.moving_to == rung_of(residency) && is_at_rest(residency)) model.moving_to.reset();
    if (residency == Residency::hot) {
        model.failures = 0;
        model.retry_at.reset();
        model.last_activity = now.steady;  // it is as warm as after a job
        model.standing.displaced.reset();  // there was room
        model.returns = Return::no;
        // It is used from now on, however long it took to come.
        if (std::exchange(model.warming, false)) model.standing.last_warm = now.steady;
        model.claim_before.reset();
    }
    if (residency == Residency::failed) failed(model, now);
    review(id, now);
}

void Ladder::settled(ModelId id, Residency residency, Now now) {
    const auto found = models_.find(id);
    if (found == models_.end()) return;
    Model& model = found->second;
    if (model.moving_to && *model.moving_to != rung_of(residency)) failed(model, now);
    model.moving_to.reset();
    review(id, now);
}

void Ladder::failed(Model& model, Now now) {
    model.moving_to.reset();
    if (const auto before = std::exchange(model.claim_before, std::nullopt)) {
        model.standing.last_warm = before->last_warm;
        model.standing.warmed_by = before->warmed_by;
        model.warming = false;
    }
    Duration delay = kFirstRetry;
    for (std::size_t i = 0; i < model.failures && delay < kLongestRetry; ++i)
        delay *= 2;
    ++model.failures;
    model.retry_at = now.steady + std::min(delay, kLongestRetry);
}

void Ladder::self_warmed(ModelId id, Now now) {
    const auto found = models_.find(id);
    if (found == models_.end()) return;
    found->second.self_warming = false;
    found->second.last_activity = now.steady;
    review(id, now);
}

void Ladder::set_lead(ModelId id, Duration load_time, Now now) {
    models_.at(id).standing.lead = load_time;
    review(id, now);
}

void Ladder::set_can_park(ModelId id, bool can_park, Now now) {
    models_.at(id).standing.can_park = can_park;
    review(id, now);
}

void Ladder::set_forecast(ModelId id, bool called_soon, std::optional<Time> until, Now now) {
    Standing& standing = models_.at(id).standing;
    standing.called_soon = called_soon;
    standing.forecast_until = until;
    review(id, now);
}

// ---- What is asked for --------------------------------------------------------------------------

void Ladder::wish(ModelId id, Wish::Kind kind, std::optional<Duration> length, Now now) {
    Model& model = models_.at(id);
    std::optional<Time> until;
    if (length) until = now.steady + *length;
    model.standing.wish = Wish{kind, now.steady, until};
    model.retry_at.reset();
    model.returns = Return::no;
    if (kind == Wish::Kind::load) {
        if (model.residency != Residency::hot && !model.claim_before)
            model.claim_before = {model.standing.last_warm, model.standing.warmed_by};
        warm(model, Cause::operators, now);
    } else {
        model.warming = false;
        model.claim_before.reset();
    }
    review(id, now);
}

bool Ladder::take_back(ModelId id, Wish::Kind kind, Now now) {
    Standing& standing = models_.at(id).standing;
    if (!standing.wish || standing.wish->kind != kind) return false;
    standing.wish.reset();
    review(id, now);
    return true;
}

void Ladder::warm(ModelId id, Cause cause, Now now) {
    warm(models_.at(id), cause, now);
    review(id, now);
}

void Ladder::warm(Model& model, Cause cause, Now now) {
    model.standing.last_warm = now.steady;
    model.standing.warmed_by = cause;
    model.warming = model.residency != Residency::hot;
    model.returns = Return::no;
}

void Ladder::displace(ModelId id, Displaced displaced, Now now) {
    models_.at(id).standing.displaced = displaced;
    review(id, now);
}

void Ladder::restore(ModelId id, Now now) {
    Model& model = models_.at(id);
    model.standing.displaced.reset();
    model.retry_at.reset();
    model.returns = Return::restored;
    review(id, now);
}

// ---- Time ---------------------------------------------------------------------------------------

std::optional<Time> Ladder::next_tick() const {
    if (reviews_.empty()) return std::nullopt;
    return reviews_.begin()->first;
}

void Ladder::tick(Now now) {
    while (!reviews_.empty() && reviews_.begin()->first <= now.steady)
        review(reviews_.begin()->second, now);
}

void Ladder::wall_was_set(Now now) {
    const Instant wall = now.instant();
    for (auto& [id, model] : models_) {
        // A clock that was set back must not make the calendar wait for what it has had. What a
        // clock that was set ahead has gone over, or a machine slept through, is due: a release as
        // of now, since the uses before were before it.
        if (model.next_warm && *model.next_warm > wall)
            model.next_warm = next_of(model.rules.warm, wall);
        if (model.next_release)
            model.next_release =
                *model.next_release > wall ? next_of(model.rules.release, wall) : wall;
        review(id, now);
    }
}

// ---- From one life of the daemon to the next ----------------------------------------------------

Memory Ladder::memory(ModelId id, Now now) const {
    const Standing& standing = models_.at(id).standing;
    const auto on_wall = [&](const std::optional<Time>& time) {
        return time ? std::optional(now.on_wall(*time)) : std::nullopt;
    };
    Memory memory;
    memory.last_use = on_wall(standing.last_use);
    memory.last_warm = on_wall(standing.last_warm);
    memory.last_release = on_wall(standing.last_release);
    memory.warmed_by = standing.warmed_by;
    if (const std::optional<Wish>& wish = standing.wish)
        memory.wish = {wish->kind, now.on_wall(wish->since), on_wall(wish->until)};
    memory.lead = standing.lead;
    memory.can_park = standing.can_park;
    return memory;
}

void Ladder::recall(ModelId id, const Memory& memory, Now now) {
    Model& model = models_.at(id);
    Standing& standing = model.standing;
    const auto past = [&](const std::optional<WallTime>& time) {
        return time ? std::optional(now.on_steady(std::min(*time, now.wall))) : std::nullopt;
    };
    standing.last_use = past(memory.last_use);
    standing.last_warm = past(memory.last_warm);
    standing.last_release = past(memory.last_release);
    standing.warmed_by = memory.warmed_by;
    if (memory.wish) {
        standing.wish = Wish{memory.wish->kind, *past(memory.wish->since), std::nullopt};
        if (memory.wish->until) standing.wish->until = now.on_steady(*memory.wish->until);
    }
    standing.lead = memory.lead;
    standing.can_park = memory.can_park;
    model.returns = Return::recalled;
    review(id, now);
}

void Ladder::review(ModelId id, Now now) {
    Model& model = models_.at(id);
    take_calendar(model, now);
    const Verdict verdict = decide(model.rules, model.standing, now);
    move(id, model, verdict, now);
    // A claim that ran out before anything came of it is none.
    if (verdict.rung != Rung::hot && is_at_rest(model.residency) && !model.moving_to)
        model.warming = false;
    warm_itself(id, model, now);
    plan_review(id, model, now);
}

// Entries that came due, once each however many of their times have passed.
void Ladder::take_calendar(Model& model, Now now) {
    const Instant wall = now.instant();
    if (model.next_release && *model.next_release <= wall) {
        model.standing.last_release = now.at(*model.next_release);
        model.next_release = next_of(model.rules.release, wall);
        model.warming = false;
    }
    if (model.next_warm && *model.next_warm <= wall) {
        warm(model, Cause::schedule, now);
        model.next_warm = next_of(model.rules.warm, wall);
    }
}

void Ladder::move(ModelId id, Model& model, const Verdict& verdict, Now now) {
    if (verdict.rule == Rule::demand || !is_at_rest(model.residency)) return;
    const Rung to = verdict.rung, from = rung_of(model.residency);
    // From cold nothing is parked: that would be a load for nothing.
    if (to == Rung::parked && from == Rung::cold) return;
    // Where it is already, unless a load that has not begun is to be taken back.
    if (to == from && model.moving_to != Rung::hot) return;
    if (model.moving_to == to) return;
    if (model.retry_at && now.steady < *model.retry_at) return;
    model.moving_to = to;
    const bool kept = verdict.rule == Rule::keep_alive && to == Rung::hot;
    const bool restored = model.returns == Return::restored;
    const Cause cause = kept && restored
                            ? Cause::pressure
                            : cause_of({to, verdict.rule}, model.rules, model.standing);
    const bool claims =
        cause == Cause::operators || cause == Cause::schedule || verdict.rule == Rule::pin;
    // Where there was no room after all, a window is a window again.
    const bool returns = kept ? model.returns != Return::no : restored && model.failures == 0;
    actions_.push_back(Move{id, to, cause, to == Rung::hot && claims && !returns});
}

void Ladder::warm_itself(ModelId id, Model& model, Now now) {
    if (!model.rules.self_warm || model.residency != Residency::hot || model.moving_to ||
        model.self_warming || model.standing.jobs > 0)
        return;
    if (model.last_activity && now.steady - *model.last_activity < *model.rules.self_warm) return;
    model.self_warming = true;
    actions_.push_back(SelfWarm{id});
}

void Ladder::plan_review(ModelId id, Model& model, Now now) {
    std::optional<Time> next = next_review(model.rules, model.standing, now);
    const auto at = [&](Time time) {
        if (time > now.steady) next = next ? std::min(*next, time) : time;
    };
    if (model.next_warm) at(now.at(*model.next_warm));
    if (model.next_release) at(now.at(*model.next_release));
    if (model.retry_at) at(*model.retry_at);
    if (model.rules.self_warm && model.residency == Residency::hot && model.last_activity)
        at(*model.last_activity + *model.rules.self_warm);
    if (model.review_at == next) return;
    if (model.review_at) reviews_.erase({*model.review_at, id});
    if (next) reviews_.insert({*next, id});
    model.review_at = next;
}

Ladder::View Ladder::view(ModelId id) const {
    const Model& model = models_.at(id);
    return {model.rules, model.standing,  model.residency,    model.since,
            model.cause, model.next_warm, model.next_release, model.retry_at};
}

}  // namespace samovar::scheduler
