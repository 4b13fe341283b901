#pragma once
// A TorchScript file, on its way to a module.

#include <torch/csrc/jit/api/module.h>

#include <cstddef>
#include <memory>
#include <string>

#include "daemon/worker/engine/load_steps.hpp"
#include "daemon/worker/engine/mapped_file.hpp"

namespace samovar::worker {

// Steps `open`, `read` and `build`, which is left open. Throw JobError, and what LibTorch throws.

// Copies it, a tensor at a time, into memory and on to the device.
torch::jit::Module copy_module(const std::string& path, c10::Device device, std::size_t threads,
                               LoadSteps& steps);

struct MappedModule {
    torch::jit::Module module;
    std::shared_ptr<const MappedFile> file;  // holds its larger tensors; nothing where none is
};
// For the CPU: large tensors stay where they lie in the file, in memory that processes share; a
// module that writes to one has pages of its own from there on. What is computed from tensors while
// it is loaded (packed weights of quantised networks) finds no bytes in them yet: such a file is
// copied.
MappedModule map_module(const std::string& path, std::size_t threads, LoadSteps& steps);

}  // namespace samovar::worker
