#pragma once
#include "daemon/models/toml_reader.hpp"
#include "ipc/wire/worker_messages.hpp"

namespace samovar::daemon {

// The keys of model.toml that say how to load. `torchscript`: whether one of its codes is
// TorchScript; what a .pt2 has baked in can only be asked of another. Throws TomlFault.
ipc::LoadOptions read_load_options(TomlReader& top, bool torchscript);

}  // namespace samovar::daemon
