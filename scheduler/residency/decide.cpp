#include "scheduler/residency/decide.hpp"

#include <algorithm>
#include <array>

namespace samovar::scheduler {
namespace {

struct Question {
    const ResidencyRules& rules;
    const Standing& standing;
    const Now& now;
};

bool in_force(const Question& q, Wish::Kind kind) {
    const std::optional<Wish>& wish = q.standing.wish;
    return wish && wish->kind == kind && (!wish->until || q.now.steady < *wish->until);
}

// The last use, or what counts as one; none where a release came after it. With a forecast it is
// the forecast that makes something of uses, unless the caller asked for a time; what was warmed by
// name stays for its keep-alive all the same.
std::optional<Time> last_claim(const ResidencyRules& rules, const Standing& standing) {
    std::optional<Time> last = standing.last_use;
    if (rules.forecast && !standing.asked) last.reset();
    if (standing.last_warm && (!last || *last < *standing.last_warm)) last = standing.last_warm;
    if (last && standing.last_release && *standing.last_release >= *last) return std::nullopt;
    return last;
}

std::chrono::seconds lead_of(const Standing& standing) {
    return std::chrono::ceil<std::chrono::seconds>(standing.lead);
}

// A window counts as open from so long before its beginning as a load takes, also where that is
// longer than the window.
bool in_window(const Question& q) {
    if (q.rules.hot.empty()) return false;
    const Instant now = q.now.instant();
    if (q.rules.hot.contains(now)) return true;
    const std::optional<Instant> begin = q.rules.hot.next_begin(now);
    return begin && *begin <= now + lead_of(q.standing);
}

// Whether something brought the model up anew after an operator sent it down: a use, a warm-up, or
// the beginning of a window.
bool raised_since(const Question& q, Time sent_down) {
    const auto after = [&](const std::optional<Time>& time) { return time && *time > sent_down; };
    if (after(q.standing.last_call) || after(q.standing.last_warm)) return true;
    if (!in_window(q)) return false;
    const auto lead = lead_of(q.standing);
    const std::optional<Instant> begin =
        q.rules.hot.next_begin(q.now.later(sent_down).instant() + lead);
    return begin && *begin <= q.now.instant() + lead;
}

using Say = std::optional<Rung>;

Say hold_says(const Question& q) {
    if (q.rules.held || in_force(q, Wish::Kind::hold)) return Rung::cold;
    return std::nullopt;
}
Say demand_says(const Question& q) {
    if (q.standing.jobs > 0) return Rung::hot;
    return std::nullopt;
}
Say pin_says(const Question& q) {
    if (q.rules.pinned || in_force(q, Wish::Kind::pin)) return Rung::hot;
    return std::nullopt;
}
Say pressure_says(const Question& q) {
    const std::optional<Displaced>& displaced = q.standing.displaced;
    if (displaced && (!displaced->until || q.now.steady < *displaced->until)) return displaced->to;
    return std::nullopt;
}
Say sent_down_says(const Question& q) {
    const bool park = in_force(q, Wish::Kind::park);
    if (!park && !in_force(q, Wish::Kind::unload)) return std::nullopt;
    const Wish& wish = *q.standing.wish;
    if (!wish.until && raised_since(q, wish.since)) return std::nullopt;
    return park && q.standing.can_park ? Rung::parked : Rung::cold;
}
Say sent_up_says(const Question& q) {
    if (in_force(q, Wish::Kind::load) && q.standing.wish->until) return Rung::hot;
    return std::nullopt;
}
Say window_says(const Question& q) {
    if (in_window(q)) return Rung::hot;
    return std::nullopt;
}
Say forecast_says(const Question& q) {
    if (q.rules.forecast && q.standing.called_soon) return Rung::hot;
    return std::nullopt;
}
Say keep_alive_says(const Question& q) {
    const std::optional<Time> last = last_claim(q.rules, q.standing);
    if (!last) return std::nullopt;
    const KeepAlive keep = q.standing.asked.value_or(q.rules.keep_alive);
    const Duration idle = q.now.steady - *last;
    if (keep && idle >= *keep) return std::nullopt;
    const bool park = q.standing.can_park && q.rules.park_after && idle >= *q.rules.park_after;
    return park ? Rung::parked : Rung::hot;
}

struct Article {
    Rule rule;
    Say (*says)(const Question&);
};
// The table of precedence, as docs/residency.md has it.
constexpr std::array kPrecedence{
    Article{Rule::hold, hold_says},
    Article{Rule::demand, demand_says},
    Article{Rule::pin, pin_says},
    Article{Rule::pressure, pressure_says},
    Article{Rule::sent_down, sent_down_says},
    Article{Rule::sent_up, sent_up_says},
    Article{Rule::window, window_says},
    Article{Rule::forecast, forecast_says},
    Article{Rule::keep_alive, keep_alive_says},
};

}  // namespace

Verdict decide(const ResidencyRules& rules, const Standing& standing, const Now& now) {
    const Question question{rules, standing, now};
    for (const Article& article : kPrecedence)
        if (const Say rung = article.says(question)) return {*rung, article.rule};
    return {Rung::cold, Rule::idle};
}

std::optional<Time> next_review(const ResidencyRules& rules, const Standing& standing,
                                const Now& now) {
    std::optional<Time> next;
    const auto at = [&](Time time) {
        if (time > now.steady) next = next ? std::min(*next, time) : time;
    };
    if (standing.wish && standing.wish->until) at(*standing.wish->until);
    if (standing.displaced && standing.displaced->until) at(*standing.displaced->until);
    if (standing.forecast_until) at(*standing.forecast_until);
    if (!rules.hot.empty()) {
        const auto lead = lead_of(standing);
        const Instant wall = now.instant();
        if (const auto begin = rules.hot.next_begin(wall + lead)) at(now.at(*begin - lead));
        if (const auto end = rules.hot.next_end(wall)) at(now.at(*end));
    }
    if (const std::optional<Time> last = last_claim(rules, standing)) {
        if (const KeepAlive keep = standing.asked.value_or(rules.keep_alive)) at(*last + *keep);
        if (rules.park_after && standing.can_park) at(*last + *rules.park_after);
    }
    return next;
}

Cause cause_of(const Verdict& verdict, const ResidencyRules& rules,
               const Standing& standing) noexcept {
    switch (verdict.rule) {
        case Rule::demand: return Cause::demand;
        case Rule::pin: return rules.pinned && !standing.wish ? Cause::preload : Cause::operators;
        case Rule::hold:
        case Rule::sent_down:
        case Rule::sent_up: return Cause::operators;
        case Rule::pressure: return Cause::pressure;
        case Rule::window: return Cause::schedule;
        case Rule::forecast: return Cause::forecast;
        case Rule::keep_alive:
            if (verdict.rung != Rung::hot) return Cause::idle;
            if (standing.last_use &&
                (!standing.last_warm || *standing.last_use > *standing.last_warm))
                return Cause::demand;
            return standing.warmed_by;
        case Rule::idle: return Cause::idle;
    }
    return Cause::idle;
}

}  // namespace samovar::scheduler
