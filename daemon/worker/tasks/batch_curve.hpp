#pragma once
#include <vector>

#include "daemon/worker/engine/load.hpp"
#include "daemon/worker/tasks/knee.hpp"
#include "ipc/wire/worker_messages.hpp"

namespace samovar::worker {

// Where the request leaves it to a measurement: times inferences of 1, 2, 4 and more rows, made of
// the first warm-up's, and sets the model's rows of a batch to what is worth while. As far as
// memory lasts, and for a few seconds at most. Empty where nothing was to be measured. Loader
// thread, inside InferenceMode, before any job. Throws JobError (`bad_model`) where the network
// takes one row but not several.
std::vector<BatchTime> measure_batches(LoadedModel& model, const ipc::WorkerLoad& load,
                                       Device& device, LoadSteps& steps);

// For the report: "batch" and "batch of 8", with its time.
std::vector<ipc::LoadFact> facts_of(const LoadedModel& model, const std::vector<BatchTime>& curve);

}  // namespace samovar::worker
