#include "scheduler/access/policy.hpp"

#include <algorithm>

#include "scheduler/access/pattern.hpp"

namespace samovar::scheduler {
namespace {

template <class T>
using RowKey = std::optional<Ruled<T>> PolicyRow::*;

// What several groups say, as one: `join(so_far, next)`.
template <class T, class Join>
Ruled<T> right_of(const Caller& caller, const AccessPolicy& policy, RowKey<T> key, Join join) {
    const auto own = policy.users.find(caller.uid);
    if (own != policy.users.end() && own->second.*key) return *(own->second.*key);
    std::optional<Ruled<T>> said;
    for (const auto& [gid, row] : policy.groups) {
        if (!(row.*key) || std::ranges::find(caller.groups, gid) == caller.groups.end()) continue;
        if (said)
            join(*said, *(row.*key));
        else
            said = row.*key;
    }
    return said ? *said : *(policy.everyone.*key);
}

template <class T>
void take_more(Ruled<T>& most, const Ruled<T>& next) {
    if (next.value > most.value) most = next;
}

void take_higher(Ruled<Priority>& most, const Ruled<Priority>& next) {
    if (next.value < most.value) most = next;  // the highest comes first
}

void take_all(Ruled<std::vector<std::string>>& all, const Ruled<std::vector<std::string>>& next) {
    if (next.value.empty()) return;
    if (all.value.empty()) return void(all = next);
    for (const std::string& pattern : next.value)
        if (std::ranges::find(all.value, pattern) == all.value.end()) all.value.push_back(pattern);
    all.rule += ", " + next.rule;
}

void take_every(Ruled<std::set<Verb>>& all, const Ruled<std::set<Verb>>& next) {
    if (next.value.empty()) return;
    if (all.value.empty()) return void(all = next);
    all.value.insert(next.value.begin(), next.value.end());
    all.rule += ", " + next.rule;
}

}  // namespace

std::string_view to_string(Verb verb) noexcept {
    switch (verb) {
        case Verb::load: return "load";
        case Verb::unload: return "unload";
        case Verb::warm: return "warm";
        case Verb::park: return "park";
        case Verb::pin: return "pin";
        case Verb::hold: return "hold";
        case Verb::release: return "release";
        case Verb::lend: return "lend";
        case Verb::add: return "add";
        case Verb::remove: return "remove";
        case Verb::reload: return "reload";
    }
    return "unknown";
}

std::string_view to_string(Priority priority) noexcept {
    switch (priority) {
        case Priority::interactive: return "interactive";
        case Priority::normal: return "normal";
        case Priority::background: return "background";
    }
    return "unknown";
}

bool Rights::may_use(std::string_view model) const {
    return std::ranges::any_of(
        models.value, [model](const std::string& pattern) { return matches(pattern, model); });
}

Rights rights_of(const Caller& caller, const AccessPolicy& policy) {
    const auto most = [&](RowKey<std::uint64_t> key) {
        return right_of(caller, policy, key, take_more<std::uint64_t>);
    };
    const auto share = [&](RowKey<double> key) {
        return right_of(caller, policy, key, take_more<double>);
    };
    return {right_of(caller, policy, &PolicyRow::models, take_all),
            right_of(caller, policy, &PolicyRow::verbs, take_every),
            right_of(caller, policy, &PolicyRow::priority, take_higher),
            most(&PolicyRow::sessions),
            most(&PolicyRow::channel_bytes),
            most(&PolicyRow::jobs),
            most(&PolicyRow::bytes),
            share(&PolicyRow::weight),
            share(&PolicyRow::rate)};
}

Grant decide_job(const Rights& rights, std::string_view model, Priority asked) {
    if (!rights.may_use(model)) return {asked, Denial{Denial::Of::models, rights.models.rule}};
    if (asked >= rights.priority.value) return {asked, std::nullopt};
    if (asked == Priority::normal) return {rights.priority.value, std::nullopt};
    return {asked, Denial{Denial::Of::priority, rights.priority.rule}};
}

std::optional<Denial> decide_verb(const Rights& rights, Verb verb, std::string_view model) {
    if (!rights.verbs.value.contains(verb)) return Denial{Denial::Of::verbs, rights.verbs.rule};
    if (!model.empty() && !rights.may_use(model))
        return Denial{Denial::Of::models, rights.models.rule};
    return std::nullopt;
}

}  // namespace samovar::scheduler
