#pragma once
#include <memory>

#include "daemon/worker/activity.hpp"
#include "daemon/worker/channels.hpp"
#include "daemon/worker/engine/device.hpp"
#include "daemon/worker/models.hpp"
#include "daemon/worker/outbox.hpp"
#include "daemon/worker/tasks/slots.hpp"
#include "daemon/worker/thread_count.hpp"
#include "ipc/wire/frame.hpp"
#include "ipc/wire/worker_messages.hpp"

namespace samovar::worker {

// Takes jobs from the jobs socket, one after the other, runs and answers them. It reads the socket
// itself, so that no job waits for a hand-over between threads.
class ComputeLoop {
  public:
    ComputeLoop(Device& device, const Models& models, const Channels& channels, Activity& activity)
        : device_(device),
          models_(models),
          channels_(channels),
          activity_(activity),
          answers_(ipc::kJobsFd) {}

    // The compute thread's life; ends the process at the socket's end of file.
    [[noreturn]] void run();

  private:
    void take(const ipc::Frame& frame);
    Result<ipc::JobDone> answer_to(const ipc::Frame& frame);
    // Sends the digest of a suspect job; throws JobError for one that is to be refused.
    void keep_out_refused(const ipc::RunJob& job, std::uint64_t request, Slots& slots);

    Device& device_;
    const Models& models_;
    const Channels& channels_;
    Activity& activity_;
    ThreadCount threads_;
    Outbox answers_;
    std::unique_ptr<StageClock> clock_;
};

}  // namespace samovar::worker
