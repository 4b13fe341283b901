#pragma once
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "daemon/worker/activity.hpp"
#include "daemon/worker/cache/cached_job.hpp"
#include "daemon/worker/channels.hpp"
#include "daemon/worker/engine/device.hpp"
#include "daemon/worker/models.hpp"
#include "daemon/worker/outbox.hpp"
#include "daemon/worker/tasks/slots.hpp"
#include "daemon/worker/tasks/task.hpp"
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
    void run_taken();
    Result<ipc::JobDone> run_alone(const Taken& taken, const LoadedModel& model);
    void run_together(const LoadedModel& model);
    // A job of a batch, with what it holds.
    struct Member {
        explicit Member(const Channels& channels) : slots(channels) {}
        Slots slots;
        std::optional<CachedJob> job;
    };
    // Null where it was answered at once, from what its model keeps. Throws.
    std::unique_ptr<Member> join(const Taken& taken, const LoadedModel& model);
    static Result<ipc::JobDone> finish(Member& member, ipc::JobDone done, const TellError& tell);
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
