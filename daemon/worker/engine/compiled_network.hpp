#pragma once
#include <memory>

#include "daemon/worker/engine/device.hpp"
#include "daemon/worker/engine/load_steps.hpp"
#include "daemon/worker/engine/network.hpp"
#include "ipc/wire/worker_messages.hpp"

namespace samovar::worker {

// Opens the unpacked .pt2 `code.file`. Its weights are inside, or those of `code.weights`: mapped,
// and used where they lie on a CPU; copied once to a GPU. `inputs`: how many the model declares.
// Throws JobError (`bad_model`, `no_device`) and what LibTorch throws. Loader thread.
std::unique_ptr<Network> load_compiled(const ipc::WorkerLoad& request, std::size_t inputs,
                                       Device& device, LoadSteps& steps);

}  // namespace samovar::worker
