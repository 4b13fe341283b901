// Who one is to the daemon.

#include <samovar/access.hpp>
#include <samovar/client.hpp>

#include <utility>

#include "client/session.hpp"
#include "ipc/wire/access_messages.hpp"

namespace samovar {
namespace {

AllowedNames public_names(ipc::AllowedNames&& message) {
    AllowedNames names;
    for (ipc::AllowedNames::Name& name : message.names)
        names.names.push_back(std::move(name.text));
    names.rule = std::move(message.rule);
    return names;
}

AllowedAmount public_amount(ipc::AllowedAmount&& message) {
    return {message.limit, message.used, std::move(message.rule)};
}

double of_thousandths(std::uint64_t count) {
    return count == ipc::AllowedAmount::kNoLimit ? std::numeric_limits<double>::infinity()
                                                 : static_cast<double>(count) / 1000;
}

}  // namespace

Result<Identity> Client::whoami() {
    auto message = session_->ask<ipc::Identity>(ipc::WhoAmI{}, session_->options().call_timeout);
    if (!message) return message.error();
    Identity identity;
    identity.uid = message->uid;
    identity.groups = std::move(message->groups);
    identity.models = public_names(std::move(message->models));
    identity.verbs = public_names(std::move(message->verbs));
    identity.priority = static_cast<Priority>(message->priority);
    identity.priority_rule = std::move(message->priority_rule);
    identity.sessions = public_amount(std::move(message->sessions));
    identity.channel_bytes = public_amount(std::move(message->channel_bytes));
    identity.jobs = public_amount(std::move(message->jobs));
    identity.inline_bytes = public_amount(std::move(message->bytes));
    identity.session_jobs = public_amount(std::move(message->session_jobs));
    identity.session_inline_bytes = public_amount(std::move(message->session_bytes));
    identity.weight = of_thousandths(message->weight.limit);
    identity.weight_rule = std::move(message->weight.rule);
    identity.rate = of_thousandths(message->rate.limit);
    identity.rate_rule = std::move(message->rate.rule);
    return identity;
}

}  // namespace samovar
