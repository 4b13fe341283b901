#pragma once
#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "daemon/models/registry.hpp"
#include "ipc/wire/messages.hpp"

namespace samovar::daemon {

// How a job came to its end: the first three at a worker, the last by somebody's will.
enum class JobOutcome : std::uint8_t { done, cached, failed, refused, late, withdrawn };
inline constexpr std::array kJobOutcomes{JobOutcome::done,   JobOutcome::cached,
                                         JobOutcome::failed, JobOutcome::refused,
                                         JobOutcome::late,   JobOutcome::withdrawn};
std::string_view outcome_name(JobOutcome outcome) noexcept;

struct JobReport {
    const ModelVersion& model;
    JobOutcome outcome;
    bool cold_start;              // it had to wait for a load, and then ran
    const ipc::Timings& timings;  // of an answer; else 0
};

// Whoever counts what the dispatcher does, but for its own jobs. Called in the middle of its steps:
// asks for nothing.
class DispatchCounter {
  public:
    virtual void job_ended(const JobReport& job) = 0;
    virtual void batch_sent(const ModelVersion& model) = 0;
    virtual void worker_started(const std::string& worker) = 0;
    virtual void worker_died(const std::string& worker) = 0;

  protected:
    ~DispatchCounter() = default;
};

}  // namespace samovar::daemon
