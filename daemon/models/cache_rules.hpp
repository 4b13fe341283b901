#pragma once
#include <cstdint>

#include "daemon/models/toml_reader.hpp"

namespace samovar::daemon {

// [cache] of model.toml: the bytes of results that the model keeps, with what they are of; 0: none.
// Throws TomlFault.
std::uint64_t read_cache(TomlReader& top);

}  // namespace samovar::daemon
