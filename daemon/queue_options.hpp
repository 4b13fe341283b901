#pragma once
// [queue] of samovard.toml: how many jobs may wait, whosever they are.

#include "daemon/models/toml_reader.hpp"
#include "scheduler/queue/admission.hpp"
#include "scheduler/queue/rate.hpp"

namespace samovar::daemon {

// What each user may have of it stands in [policy], see policy/policy_file.hpp.
struct QueueOptions {
    scheduler::AdmissionLimits limits{{256, 8u << 20}, {4096, 128u << 20}};
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

// Keys that other tables have, too: jobs that are not done, bytes that they bring in their
// messages, jobs a second. Throw TomlFault.
std::uint64_t read_queue_jobs(TomlReader& reader, std::string_view key);
std::uint64_t read_queue_bytes(TomlReader& reader, std::string_view key);
double read_rate(TomlReader& reader, std::string_view key);

}  // namespace samovar::daemon
