#pragma once
// The daemon's messages as the public structures.

#include <samovar/models.hpp>
#include <samovar/residency.hpp>

#include "ipc/wire/residency_messages.hpp"

namespace samovar::client {

ModelSummary to_public(ipc::ModelSummary&& message);
ModelInfo to_public(ipc::ModelInfo&& message);
LoadReport to_public(ipc::LoadReport&& message);
ReloadEntry to_public(ipc::ReloadEntry&& message);
Explanation to_public(ipc::Explanation&& message);
Event to_public(ipc::Event&& message);
Warmth to_public(ipc::Warmth&& message);
DaemonStatus to_public(ipc::StatusReport&& message);

// Each element of `messages`.
template <class Message>
auto all_public(std::vector<Message>&& messages) {
    std::vector<decltype(to_public(std::move(messages.front())))> result;
    result.reserve(messages.size());
    for (Message& message : messages)
        result.push_back(to_public(std::move(message)));
    return result;
}

}  // namespace samovar::client
