#pragma once
#include "ipc/os/unique_fd.hpp"

namespace samovar::ipc {

// Whether `fd` is a memfd (or another file of shared memory). Never blocks.
bool is_memfd(int fd) noexcept;

// Whether `fd` stands for a process: from pidfd_open(2) or clone(2). Never blocks.
bool is_pidfd(int fd) noexcept;

// For a descriptor that a peer passed and that is neither, so that nobody here has a use for it.
// Closing it may take as long as the peer likes (a socket that lingers, a file of a file system
// that the peer runs), so that happens on a thread of its own, and what comes back is a stand-in
// that is no memfd either. Any thread.
UniqueFd exchange_for_stand_in(UniqueFd foreign);

}  // namespace samovar::ipc
