#pragma once
#include <memory>
#include <string>
#include <vector>

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
    // A job that was read, and the jobs of its batch after it.
    struct Taken {
        std::uint64_t request;
        ipc::RunJob job;
    };

    void take(const ipc::Frame& frame);
    std::vector<Result<ipc::JobDone>> run_taken();
    Result<ipc::JobDone> run_alone(const Taken& taken, const LoadedModel& model);
    std::vector<Result<ipc::JobDone>> run_together(const LoadedModel& model);
    // Inside a catch: what is sent for it. Ends the process where the device has come to its end.
    Error told(const std::string& of, const std::string& said);
    // Sends the digest of a suspect job; throws JobError for one that is to be refused.
    void admit(const Taken& taken, Slots& slots);
    void answer(std::uint64_t request, Result<ipc::JobDone> done);

    Device& device_;
    const Models& models_;
    const Channels& channels_;
    Activity& activity_;
    ThreadCount threads_;
    Outbox answers_;
    std::unique_ptr<StageClock> clock_;
    std::vector<Taken> taken_;
};

}  // namespace samovar::worker
