#pragma once
// The memory of an image channel: a memfd of fixed size that nobody can shrink, grow or unseal, so
// that whoever maps it can touch every byte of it without a SIGBUS.

#include <cstdint>

#include <samovar/error.hpp>

#include "ipc/os/unique_fd.hpp"

namespace samovar::ipc {

// The page size that channel sizes are rounded up to.
inline constexpr std::uint64_t kPageBytes = 4096;
constexpr std::uint64_t round_to_pages(std::uint64_t bytes) noexcept {
    return (bytes + kPageBytes - 1) / kPageBytes * kPageBytes;
}

// A sealed memfd of exactly `bytes` (a multiple of kPageBytes), every page allocated. Takes about
// 0.25 ms a MiB: call it off the event loop for large ones. Errors: `out_of_memory` (more than the
// machine has available now), `io`.
Result<UniqueFd> create_segment(std::uint64_t bytes);

// Whether `fd` is a memfd of exactly `bytes` (whole pages), sealed against shrinking, growing and
// unsealing, writable, and allocated in full. Never blocks, whatever the descriptor is.
// Errors: `bad_descriptor`, `io`.
Result<void> check_segment(int fd, std::uint64_t bytes);

}  // namespace samovar::ipc
