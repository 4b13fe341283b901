#pragma once
// The yardstick of `overhead`: messages of the same sizes through bare processes that block in read
// and write on Unix stream sockets, and do nothing else.

#include <sys/types.h>

#include <chrono>
#include <cstddef>
#include <vector>

#include "ipc/os/unique_fd.hpp"

namespace samovar::bench {

// Bytes of a request and of its answer between two neighbours.
struct Leg {
    std::size_t request = 0, answer = 0;
};

// This process and one more for each leg, in a row: the last one answers, those between pass on.
// Two legs wake as many processes as the way through samovard to its worker does.
class RawChain {
  public:
    // Forks: to be made while this process has one thread. Throws std::system_error.
    explicit RawChain(const std::vector<Leg>& legs);
    RawChain(const RawChain&) = delete;
    RawChain& operator=(const RawChain&) = delete;
    ~RawChain();

    // One request to the end and its answer back. Throws std::system_error.
    std::chrono::nanoseconds round_trip();

  private:
    Leg first_;
    ipc::UniqueFd socket_;
    std::vector<pid_t> processes_;
    std::vector<std::byte> buffer_;
};

}  // namespace samovar::bench
