#pragma once
#include <functional>
#include <span>
#include <vector>

#include "daemon/worker/engine/device.hpp"
#include "daemon/worker/engine/load.hpp"
#include "daemon/worker/tasks/slots.hpp"
#include "ipc/wire/worker_messages.hpp"

namespace samovar::worker {

// Runs one job of a loaded model and writes its outputs. Compute thread, inside InferenceMode.
// Throws JobError and what LibTorch throws; outputs are then rubbish.
ipc::JobDone run_task(const LoadedModel& model, const ipc::RunJob& job, Slots& slots,
                      Device& device, StageClock& clock);

// A job of texts, which is cut into batches of its own.
ipc::JobDone run_text_task(const LoadedModel& model, const ipc::RunJob& job, Slots& slots,
                           Device& device, StageClock& clock);

// A job of a batch; `slots` is its own.
struct BatchJob {
    const ipc::RunJob* job;
    Slots* slots;
};
// Inside a catch: the Error of what was thrown.
using TellError = std::function<Error()>;

// As run_batch(), of texts: they share batches whatever their lengths.
std::vector<Result<ipc::JobDone>> run_text_batch(const LoadedModel& model,
                                                 std::span<const BatchJob> jobs, Device& device,
                                                 StageClock& clock, const TellError& tell);

// Runs jobs of one model together, which takes as few inferences as it may; an answer each, in
// their order, all with the times of the whole. What is wrong with one is answered to that one
// alone. Throws only where the device itself fails; then none has an answer.
std::vector<Result<ipc::JobDone>> run_batch(const LoadedModel& model,
                                            std::span<const BatchJob> jobs, Device& device,
                                            StageClock& clock, const TellError& tell);

}  // namespace samovar::worker
