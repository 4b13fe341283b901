#pragma once
#include <sys/types.h>

#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "ipc/os/unique_fd.hpp"

namespace samovar::tests {

// Descriptors that a process holds now, by /proc/PID/fd; this process where `pid` is 0.
std::size_t open_descriptors(pid_t pid = 0);
// Where `fd` of this process leads: the link at /proc/self/fd/N, or "" where it is closed.
std::string target_of(int fd);

// Sends `bytes` and all of `descriptors` with one message, as no honest peer does. What sendmsg
// gave.
ssize_t send_descriptors(int socket, std::span<const std::byte> bytes,
                         const std::vector<int>& descriptors);

// A connected pair of Unix stream sockets, close-on-exec.
struct SocketPair {
    SocketPair();
    ipc::UniqueFd here, there;
};

}  // namespace samovar::tests
