#pragma once
// [queue] of samovard.toml: how many jobs may wait, and whose share of the devices is larger.

#include <map>

#include "daemon/models/toml_reader.hpp"
#include "scheduler/queue/admission.hpp"

namespace samovar::daemon {

// What differs for one user.
struct UserShare {
    std::optional<scheduler::Load> limit;
    double weight = 1;  // of the devices' time
};

struct QueueOptions {
    scheduler::AdmissionLimits limits{{256, 8u << 20}, {2048, 64u << 20}, {4096, 128u << 20}};
    std::map<scheduler::Uid, UserShare> users;
};

// Reads the table; the defaults hold where there is none. Throws TomlFault.
QueueOptions read_queue(TomlReader& top);

}  // namespace samovar::daemon
