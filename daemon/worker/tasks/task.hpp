#pragma once
#include "daemon/worker/engine/device.hpp"
#include "daemon/worker/engine/load.hpp"
#include "daemon/worker/tasks/slots.hpp"
#include "ipc/wire/worker_messages.hpp"

namespace samovar::worker {

// Runs one job of a loaded model and writes its outputs. Compute thread, inside InferenceMode.
// Throws JobError and what LibTorch throws; outputs are then rubbish.
ipc::JobDone run_task(const LoadedModel& model, const ipc::RunJob& job, Slots& slots,
                      Device& device, StageClock& clock);

// Its kinds.
ipc::JobDone run_tensor_task(const LoadedModel& model, const ipc::RunJob& job, Slots& slots,
                             Device& device, StageClock& clock);
ipc::JobDone run_mask_task(const LoadedModel& model, const ipc::RunJob& job, Slots& slots,
                           Device& device, StageClock& clock);
ipc::JobDone run_text_task(const LoadedModel& model, const ipc::RunJob& job, Slots& slots,
                           Device& device, StageClock& clock);

}  // namespace samovar::worker
