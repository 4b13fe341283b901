#pragma once
#include <torch/csrc/jit/api/module.h>

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "daemon/worker/engine/precision.hpp"
#include "ipc/wire/worker_messages.hpp"

namespace samovar::worker {

// What a TorchScript module holds, in attributes or, where it is frozen, as constants of its
// graphs.
struct Weights {
    std::uint64_t bytes = 0;
    FloatingTypes types;
    bool channels_last = false;  // some of them: only convolutions have such
    bool attributes = false;     // some are attributes: it is not frozen
};
Weights weigh(const torch::jit::Module& module);
// How much of it lies within `memory`.
std::uint64_t bytes_within(const torch::jit::Module& module, std::span<const std::byte> memory);
// Each of its tensors once.
std::vector<at::Tensor> tensors_of(const torch::jit::Module& module);

// Precision, memory format and freezing, as `options` say. Before its first run; throws what
// LibTorch throws.
void shape_weights(torch::jit::Module& module, const ipc::LoadOptions& options);

}  // namespace samovar::worker
