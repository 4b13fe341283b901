// What the policy lets a session do, and what it gets to see.

#include <algorithm>
#include <cmath>

#include "daemon/policy/denials.hpp"
#include "daemon/sessions/session.hpp"

namespace samovar::daemon {
namespace {

std::string as_rule(const std::string& text) {
    return text.substr(0, kMaxRuleBytes);
}

template <class Names>
ipc::AllowedNames as_names(const Names& names, const std::string& rule) {
    ipc::AllowedNames allowed{{}, as_rule(rule)};
    for (const auto& name : names)
        if (allowed.names.size() < kMaxListedPatterns) allowed.names.push_back({std::string(name)});
    return allowed;
}

ipc::AllowedAmount as_amount(const scheduler::Ruled<std::uint64_t>& limit, std::uint64_t used) {
    return {limit.value, used, as_rule(limit.rule)};
}

ipc::AllowedAmount in_thousandths(const scheduler::Ruled<double>& share) {
    ipc::AllowedAmount amount;
    if (std::isfinite(share.value))
        amount.limit = static_cast<std::uint64_t>(std::llround(share.value * 1000));
    amount.rule = as_rule(share.rule);
    return amount;
}

ipc::Priority to_wire(scheduler::Priority priority) {
    switch (priority) {
        case scheduler::Priority::interactive: return ipc::Priority::interactive;
        case scheduler::Priority::background: return ipc::Priority::background;
        case scheduler::Priority::normal: break;
    }
    return ipc::Priority::normal;
}

}  // namespace

const scheduler::Rights& Session::rights() {
    if (rights_version_ != services_.policy.version()) {
        rights_version_ = services_.policy.version();
        rights_ = scheduler::rights_of(caller_, services_.policy.file().access);
        services_.dispatcher.set_weight(peer_.uid, rights_.weight.value);
    }
    return rights_;
}

bool Session::may(std::uint64_t request, scheduler::Verb verb, const std::string& model) {
    const auto denial = decide_verb(rights(), verb, model);
    if (!denial) return true;
    const std::string what =
        std::string(to_string(verb)) + (model.empty() ? "" : " \"" + model + "\"");
    fail(request, denied(*denial, peer_.uid, what, rights_, services_.policy.file()));
    return false;
}

bool Session::may_see(std::uint64_t request, const std::string& model) {
    const auto error = not_seen(rights(), peer_.uid, model, services_.policy.file());
    if (error) fail(request, *error);
    return !error;
}

bool Session::may_ask(std::uint64_t request) {
    const auto error = without_rights(rights(), peer_.uid, services_.policy.file());
    if (error) fail(request, *error);
    return !error;
}

ChannelOwner Session::owner() {
    return {peer_.uid, rights().channel_bytes};
}

void Session::who_am_i(std::uint64_t request, ipc::WhoAmI) {
    const scheduler::Rights& mine = rights();
    ipc::Identity identity;
    identity.uid = peer_.uid;
    for (const scheduler::Gid gid : caller_.groups)
        if (identity.groups.size() < kMaxListedGroups &&
            std::ranges::find(identity.groups, gid) == identity.groups.end())
            identity.groups.push_back(gid);
    std::vector<std::string_view> verbs;
    verbs.reserve(mine.verbs.value.size());
    for (const scheduler::Verb verb : mine.verbs.value)
        verbs.push_back(to_string(verb));
    identity.models = as_names(mine.models.value, mine.models.rule);
    identity.verbs = as_names(verbs, mine.verbs.rule);
    identity.priority = to_wire(mine.priority.value);
    identity.priority_rule = as_rule(mine.priority.rule);
    identity.sessions = as_amount(mine.sessions, services_.sessions_of(peer_.uid));
    identity.channel_bytes = as_amount(mine.channel_bytes, services_.channels.bytes_of(peer_.uid));
    const scheduler::Load held = services_.queue.of_user(peer_.uid),
                          here = services_.queue.of_session(id_);
    identity.jobs = as_amount(mine.jobs, held.jobs);
    identity.bytes = as_amount(mine.bytes, held.bytes);
    const scheduler::Load& limit = services_.queue.of_session();
    identity.session_jobs = {limit.jobs, here.jobs, "session_jobs in [queue] of samovard.toml"};
    identity.session_bytes = {limit.bytes, here.bytes, "session_bytes in [queue] of samovard.toml"};
    identity.weight = in_thousandths(mine.weight);
    identity.rate = in_thousandths(mine.rate);
    connection_->send(identity, request);
}

// Without what is of models that the caller may not use.
ipc::StatusReport Session::seen(ipc::StatusReport report) {
    const scheduler::Rights& mine = rights();
    std::erase_if(report.models,
                  [&](const ipc::ModelStatus& model) { return !mine.may_use(model.name); });
    std::erase_if(report.workers, [&](const ipc::WorkerStatus& worker) {
        const std::size_t slash = worker.name.find('/');  // "cpu/MODEL"
        return slash != worker.name.npos && !mine.may_use(worker.name.substr(slash + 1));
    });
    return report;
}

// What of it is of models that the caller may use; where it names none, it is for all.
ipc::ReloadReport Session::seen(ipc::ReloadReport report) {
    const scheduler::Rights& mine = rights();
    std::erase_if(report.entries, [&](const ipc::ReloadEntry& entry) {
        return !entry.model.empty() && !mine.may_use(entry.model);
    });
    return report;
}

}  // namespace samovar::daemon
