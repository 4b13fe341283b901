#pragma once
#include <cstddef>
#include <span>
#include <string>

#include <samovar/error.hpp>

namespace samovar::ipc {

// Writes all of it, however many calls that takes. Errors: `io`, with the name of `path`.
Result<void> write_all(int fd, const std::string& path, std::span<const std::byte> bytes);

}  // namespace samovar::ipc
