#pragma once
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "daemon/worker/activity.hpp"
#include "daemon/worker/channels.hpp"
#include "daemon/worker/engine/device.hpp"
#include "daemon/worker/intake.hpp"
#include "daemon/worker/models.hpp"
#include "daemon/worker/outbox.hpp"
#include "daemon/worker/stager.hpp"
#include "daemon/worker/tasks/slots.hpp"
#include "daemon/worker/tasks/task.hpp"
#include "daemon/worker/thread_count.hpp"
#include "ipc/wire/worker_messages.hpp"

namespace samovar::worker {

// Takes batches of jobs from the jobs socket, one after the other, runs and answers them. It reads
// the socket itself while it has nothing else to do, so that no job waits for a hand-over between
// threads; while it runs a batch that takes long, another thread stages the next.
class ComputeLoop {
  public:
    ComputeLoop(Device& device, const Models& models, const Channels& channels, Activity& activity)
        : device_(device),
          models_(models),
          channels_(channels),
          activity_(activity),
          answers_(ipc::kJobsFd),
          intake_(ipc::kJobsFd, answers_),
          stager_(intake_, [this](TakenBatch taken) { return stage(std::move(taken)); }) {}

    // The compute thread's life; ends the process at the socket's end of file.
    [[noreturn]] void run();
    // The life of the thread beside it.
    void run_stager();

  private:
    // Jobs that were made ready beside a running batch, and what they hold.
    struct ReadyJobs {
        std::deque<Slots> slots;
        std::vector<std::optional<Error>> refused;  // before anything was done; by their places
        std::vector<std::size_t> places;            // of the others, as `prepared` has them
        std::unique_ptr<PreparedBatch> prepared;
    };
    struct Batch {
        TakenBatch jobs;
        std::shared_ptr<LoadedModel> model;  // null: it is not loaded here
        std::unique_ptr<ReadyJobs> ready;    // null: they are yet to be made ready
    };

    Batch find_model(TakenBatch taken) const;
    void run(Batch& batch);
    std::vector<Result<ipc::JobDone>> run_jobs(Batch& batch);
    Result<ipc::JobDone> run_alone(const TakenJob& taken, const LoadedModel& model);
    std::vector<Result<ipc::JobDone>> run_together(const TakenBatch& taken,
                                                   const LoadedModel& model);
    // The stager's.
    Batch stage(TakenBatch taken);
    std::unique_ptr<ReadyJobs> make_ready(const TakenBatch& taken, const LoadedModel& model);
    std::vector<Result<ipc::JobDone>> run_ready(Batch& batch);
    // Inside a catch: what is sent for it. Ends the process where the device has come to its end.
    Error told(const std::string& of, const std::string& said);
    // Sends the digest of a suspect job; throws JobError for one that is to be refused.
    void admit(const TakenJob& taken, Slots& slots);
    static void check_deadline(const ipc::RunJob& job);
    void answer(std::uint64_t request, Result<ipc::JobDone> done);

    Device& device_;
    const Models& models_;
    const Channels& channels_;
    Activity& activity_;
    ThreadCount threads_;
    Outbox answers_;
    std::unique_ptr<StageClock> clock_;
    Intake intake_;
    Stager<Batch> stager_;
};

}  // namespace samovar::worker
