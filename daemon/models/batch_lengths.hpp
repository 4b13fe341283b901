#pragma once
// The keys of [batch] that say how rows of different lengths share an inference.

#include <vector>

#include "daemon/models/toml_reader.hpp"
#include "ipc/wire/worker_messages.hpp"

namespace samovar::daemon {

// `length`, a named size of the inputs; and what goes with it: `max_tokens`, `buckets`, `pad_to`.
// Of task tensor; its inputs begin with their rows. Throws TomlFault.
void read_lengths(TomlReader& reader, const std::vector<ipc::TensorSpec>& inputs,
                  ipc::BatchSpec& spec);
// `max_tokens`, `buckets` and `pad_to` of tasks of texts. Null: there is no table. Throws
// TomlFault.
void read_text_lengths(TomlReader* reader, std::uint32_t max_length, ipc::BatchSpec& spec);

}  // namespace samovar::daemon
