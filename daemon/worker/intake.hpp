#pragma once
#include <chrono>
#include <cstdint>
#include <optional>
#include <vector>

#include "daemon/worker/outbox.hpp"
#include "ipc/os/socket_io.hpp"
#include "ipc/wire/worker_messages.hpp"

namespace samovar::worker {

struct TakenJob {
    std::uint64_t request;
    ipc::RunJob job;
};
// Jobs that run together, one at least.
using TakenBatch = std::vector<TakenJob>;

// Reads the jobs socket. One thread at a time.
class Intake {
  public:
    Intake(int socket, Outbox& answers) : socket_(socket), answers_(answers) {}

    // The next batch, as soon as all of it is there; Wait::no: nothing where it is not yet. Answers
    // what is no job. Ends the process at the socket's end of file, and where it holds no frames.
    std::optional<TakenBatch> next(ipc::Wait wait);

    // For when next(Wait::no) had nothing. False: nothing came in all that time.
    bool wait(std::chrono::milliseconds most) const;

    int socket() const { return socket_; }

  private:
    std::optional<TakenBatch> take(const ipc::Frame& frame);

    int socket_;
    Outbox& answers_;
    ipc::FrameReader reader_;
    TakenBatch taken_;  // whose last jobs have not come yet
};

}  // namespace samovar::worker
