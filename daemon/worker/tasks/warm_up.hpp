#pragma once
#include <string>

#include "daemon/worker/engine/load.hpp"
#include "ipc/wire/worker_messages.hpp"

namespace samovar::worker {

// Runs the jobs that `load` describes as jobs are run, each shape until its latency has settled: so
// no caller pays for pages, kernels and graphs that are made at first use. Says what was done, for
// the report. Loader thread, inside InferenceMode, before any job. Throws JobError (`bad_model`)
// and what LibTorch throws, but where the request allows that it fails.
std::string warm_up(const LoadedModel& model, const ipc::WorkerLoad& load, Device& device,
                    LoadSteps& steps);

}  // namespace samovar::worker
