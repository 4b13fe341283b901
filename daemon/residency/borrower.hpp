#pragma once
#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <string>

#include "ipc/os/unique_fd.hpp"

namespace samovar::daemon {

// Which process something is lent to, so that the next life of the daemon knows it again: a number
// alone may be another process's by then.
struct Borrower {
    std::uint32_t pid = 0;
    std::uint64_t started = 0;  // in ticks since the machine's start
    std::string boot;           // which start that was

    bool operator==(const Borrower&) const = default;
};

// None where the kernel does not say: the process is gone, or hidden from this one.
std::optional<Borrower> borrower_of(int pidfd);
// A new pidfd of it; none where it has ended.
ipc::UniqueFd find_again(const Borrower& borrower);

}  // namespace samovar::daemon
