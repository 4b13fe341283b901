#pragma once
#include <ATen/core/Tensor.h>

#include <cstdint>
#include <memory>
#include <vector>

#include "daemon/worker/engine/device.hpp"
#include "daemon/worker/engine/load.hpp"
#include "daemon/worker/tasks/slots.hpp"
#include "ipc/wire/worker_messages.hpp"

namespace samovar::worker {

// A job whose inputs are on the device, between its two halves: what it gives to the network, and
// what becomes of what the network returns. In a batch the network gets the rows of several.
class PreparedJob {
  public:
    virtual ~PreparedJob() = default;

    // Of a model that runs in batches they begin with the same number of rows.
    std::vector<at::Tensor> inputs;

    // Writes the outputs, of this job's rows alone. Once. Throws JobError.
    virtual std::vector<ipc::OutputTensor> finish(const std::vector<at::Tensor>& results) = 0;
};

// The pictures that were decoded before, as far as the job may use them; null: none.
ResultCache* pictures_of(const LoadedModel& model, const ipc::RunJob& job);

// Checks the job, so that what is wrong with it costs no inference. `slots` holds the memory of the
// job's tensors, and outlives what is made. Throws JobError.
std::unique_ptr<PreparedJob> prepare_tensor_job(const LoadedModel& model, const ipc::RunJob& job,
                                                Slots& slots, Device& device);
std::unique_ptr<PreparedJob> prepare_mask_job(const LoadedModel& model, const ipc::RunJob& job,
                                              Slots& slots, Device& device);
// By the model's task.
std::unique_ptr<PreparedJob> prepare_job(const LoadedModel& model, const ipc::RunJob& job,
                                         Slots& slots, Device& device);

}  // namespace samovar::worker
