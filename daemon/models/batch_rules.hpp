#pragma once
#include <chrono>
#include <vector>

#include "daemon/models/toml_reader.hpp"
#include "ipc/wire/worker_messages.hpp"

namespace samovar::daemon {

// [batch] of model.toml: which jobs may share an inference.
struct BatchRules {
    ipc::BatchSpec spec;  // rows = 0: none
    std::chrono::milliseconds delay{};
};

// Reads the table. The model's tensors are known; those of task tensor must all begin with the same
// named size, which then counts the rows. Throws TomlFault.
BatchRules read_batch(TomlReader& top, ipc::Task task, const std::vector<ipc::TensorSpec>& inputs,
                      const std::vector<ipc::TensorSpec>& outputs);
// The same of a task of texts, which has batches whether the table is there or not. `max_length`:
// tokens of a text. Throws TomlFault.
BatchRules read_text_batch(TomlReader& top, std::uint32_t max_length);

}  // namespace samovar::daemon
