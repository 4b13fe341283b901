#pragma once
#include <optional>
#include <string>
#include <vector>

#include "ipc/wire/messages.hpp"

namespace samovar::daemon {

// What is wrong with the outputs that a worker says it has written, by the places that its job was
// given; nothing where each is in its place and fits. A worker is no part of what is trusted: what
// it says goes to a client, which may believe it.
std::optional<std::string> not_as_asked(const std::vector<ipc::OutputTensor>& outputs,
                                        const std::vector<ipc::OutputPlace>& places);

}  // namespace samovar::daemon
