#include "daemon/metrics/metrics.hpp"

#include <samovar/limits.hpp>

namespace samovar::daemon {

void Metrics::job_ended(const JobReport& job) {
    ModelCounts& counts = models_.of(job.model.file.name);
    ++counts.jobs[static_cast<std::size_t>(job.outcome)];
    counts.cold_starts += job.cold_start ? 1 : 0;
    if (job.outcome != JobOutcome::done && job.outcome != JobOutcome::cached) return;
    counts.total.add(job.timings.total);
    counts.queued.add(job.timings.queued);
    counts.prepared_ns += job.timings.prepared;
    counts.inferred_ns += job.timings.inferred;
    counts.finished_ns += job.timings.finished;
}

void Metrics::batch_sent(const ModelVersion& model) {
    ++models_.of(model.file.name).batches;
}

// One place for each worker of the daemon's, which are as many as devices, or as models.
Metrics::WorkerCounts& Metrics::of_worker(const std::string& name) {
    const auto found = workers_.find(name);
    if (found != workers_.end()) return found->second;
    return workers_[workers_.size() < kMaxWorkers ? name : ModelTable::kOthers];
}

void Metrics::worker_started(const std::string& worker) {
    ++of_worker(worker).starts;
}

void Metrics::worker_died(const std::string& worker) {
    ++of_worker(worker).deaths;
}

void Metrics::event(std::uint64_t, const ipc::Event& event) {
    using ipc::Residency;
    ModelCounts& counts = models_.of(event.model);
    if (event.to == Residency::failed) ++counts.load_failures;
    if (event.to == Residency::hot && event.from == Residency::loading) {
        ++counts.loads[event.cause];
        counts.load_ns += event.took_ns;
    }
    if (event.to == Residency::hot && event.from == Residency::waking) {
        ++counts.wakes[event.cause];
        counts.wake_ns += event.took_ns;
    }
    if (event.to == Residency::parked) ++counts.parks[event.cause];
    const bool was_up = event.from == Residency::unloading || event.from == Residency::hot ||
                        event.from == Residency::parked;
    if (event.to == Residency::cold && was_up) ++counts.unloads[event.cause];
}

}  // namespace samovar::daemon
