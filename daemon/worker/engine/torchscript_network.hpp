#pragma once
#include <memory>

#include "daemon/worker/engine/device.hpp"
#include "daemon/worker/engine/load_steps.hpp"
#include "daemon/worker/engine/network.hpp"
#include "ipc/wire/worker_messages.hpp"

namespace samovar::worker {

// Loads the TorchScript file `code.file` as torch::jit::load does, in evaluation mode. `inputs`:
// how many the model declares. Throws JobError (`bad_model`) and what LibTorch throws. Loader
// thread.
std::unique_ptr<Network> load_torchscript(const ipc::WorkerLoad& request, std::size_t inputs,
                                          Device& device, LoadSteps& steps);

}  // namespace samovar::worker
