#pragma once
// [queue] of samovard.toml: how many jobs may wait, and whose share of the devices is larger.

#include <map>

#include "daemon/models/toml_reader.hpp"
#include "scheduler/queue/admission.hpp"
#include "scheduler/queue/rate.hpp"

namespace samovar::daemon {

// What differs for one user.
struct UserShare {
    std::optional<scheduler::Load> limit;
    double weight = 1;           // of the devices' time
    std::optional<double> rate;  // jobs a second
};

struct QueueOptions {
    scheduler::AdmissionLimits limits{{256, 8u << 20}, {2048, 64u << 20}, {4096, 128u << 20}};
    double user_rate = scheduler::kNoRate;  // jobs a second of each
    std::map<scheduler::Uid, UserShare> users;
};

// What one model may have of jobs that are not done, whosever they are, and take in a second.
struct ModelBounds {
    std::uint64_t jobs = scheduler::kNoLimit.jobs;
    double rate = scheduler::kNoRate;
};

// [limits] of model.toml. Throws TomlFault.
ModelBounds read_model_bounds(TomlReader& top);

// Reads the table; the defaults hold where there is none. Throws TomlFault.
QueueOptions read_queue(TomlReader& top);

}  // namespace samovar::daemon
