#pragma once
#include <functional>
#include <map>
#include <string>

#include <samovar/error.hpp>

#include "daemon/dispatch/counter.hpp"
#include "daemon/metrics/model_counts.hpp"
#include "daemon/metrics/process_reading.hpp"
#include "daemon/residency/event_log.hpp"
#include "ipc/wire/model_messages.hpp"

namespace samovar::daemon {

// Counts what the daemon does, for as long as it lives: docs/metrics.md has the names. The number
// of series is bounded, whatever callers and models do. Loop thread only.
class Metrics final : public DispatchCounter, public EventFollower {
  public:
    // DispatchCounter
    void job_ended(const JobReport& job) override;
    void batch_sent(const ModelVersion& model) override;
    void worker_started(const std::string& worker) override;
    void worker_died(const std::string& worker) override;
    // EventFollower: the moves of models.
    void event(std::uint64_t request, const ipc::Event& event) override;

    void session_begun() { ++sessions_; }
    void error_told(Errc code) { ++errors_[code]; }

    // Whether the reader gets to see what is of this model.
    using MaySee = std::function<bool(const std::string& model)>;
    // All of it in Prometheus' text form. `now`: of all models.
    std::string text(const ipc::StatusReport& now, const ProcessReading& process,
                     const MaySee& may_see);

  private:
    friend class MetricsText;
    struct WorkerCounts {
        std::uint64_t starts = 0, deaths = 0;
    };
    WorkerCounts& of_worker(const std::string& name);

    ModelTable models_;
    std::map<std::string, WorkerCounts> workers_;
    std::map<Errc, std::uint64_t> errors_;
    std::uint64_t sessions_ = 0;
};

}  // namespace samovar::daemon
