#pragma once
#include <memory>
#include <string>
#include <vector>

#include "daemon/worker/engine/device.hpp"
#include "daemon/worker/engine/load_steps.hpp"
#include "daemon/worker/engine/network.hpp"
#include "ipc/wire/worker_messages.hpp"

namespace samovar::worker {

// A model that takes jobs. Made by the loader thread, run by the compute thread.
struct LoadedModel {
    std::string name;
    ipc::Task task{};
    std::vector<ipc::TensorSpec> inputs, outputs;  // of task tensor
    ipc::MaskSpec mask;                            // of task mask
    int threads = 1;                               // of one inference on the CPU
    std::unique_ptr<Network> network;
    ipc::LoadReport report;  // of its load
};

// Throws JobError and what LibTorch throws. `threads`: where the request names no number. Loader
// thread, inside InferenceMode.
std::shared_ptr<LoadedModel> load_model(const ipc::WorkerLoad& request, int threads, Device& device,
                                        const LoadSteps::Tell& tell);

}  // namespace samovar::worker
