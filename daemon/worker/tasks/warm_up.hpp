#pragma once
#include <string>

#include "daemon/worker/engine/load.hpp"
#include "ipc/wire/worker_messages.hpp"

namespace samovar::worker {

// While it lives, the loader thread stands in the stream of the jobs.
class AmongJobs {
  public:
    explicit AmongJobs(Device& device) : device_(device) { device_.enter_thread(Work::jobs); }
    AmongJobs(const AmongJobs&) = delete;
    AmongJobs& operator=(const AmongJobs&) = delete;
    ~AmongJobs() { device_.enter_thread(Work::loads); }

  private:
    Device& device_;
};

// The job that a warm-up describes. Throws JobError.
ipc::RunJob make_up_job(const LoadedModel& model, const ipc::WarmUp& warm_up);

// Runs the jobs that `load` describes as jobs are run, each shape until its latency has settled: so
// no caller pays for pages, kernels and graphs that are made at first use. Says what was done, for
// the report. Loader thread, inside InferenceMode, before any job. Throws JobError (`bad_model`)
// and what LibTorch throws, but where the request allows that it fails.
std::string warm_up(const LoadedModel& model, const ipc::WorkerLoad& load, Device& device,
                    LoadSteps& steps);

}  // namespace samovar::worker
