#pragma once
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "daemon/worker/activity.hpp"
#include "daemon/worker/answer_line.hpp"
#include "daemon/worker/cache/cached_job.hpp"
#include "daemon/worker/channels.hpp"
#include "daemon/worker/engine/device.hpp"
#include "daemon/worker/intake.hpp"
#include "daemon/worker/models.hpp"
#include "daemon/worker/outbox.hpp"
#include "daemon/worker/stager.hpp"
#include "daemon/worker/tasks/slots.hpp"
#include "daemon/worker/tasks/task.hpp"
#include "daemon/worker/thread_count.hpp"
#include "daemon/worker/unwanted.hpp"
#include "ipc/wire/worker_messages.hpp"

namespace samovar::worker {

// Takes batches of jobs from the jobs socket, one after the other, runs and answers them. It reads
// the socket itself while it has nothing else to do, so that no job waits for a hand-over between
// threads; while it runs a batch that takes long, another thread stages the next, and pictures of
// the one before are encoded by others.
class ComputeLoop {
  public:
    ComputeLoop(Device& device, const Models& models, const Channels& channels, Activity& activity,
                UnwantedJobs& unwanted, unsigned threads)
        : device_(device),
          models_(models),
          channels_(channels),
          activity_(activity),
          unwanted_(unwanted),
          answers_(ipc::kJobsFd),
          line_(
              [this](std::uint64_t job, Result<ipc::JobDone> done) { send(job, std::move(done)); },
              threads),
          intake_(ipc::kJobsFd, answers_),
          stager_(intake_, [this](TakenBatch taken) { return stage(std::move(taken)); }) {}

    // The compute thread's life; ends the process at the socket's end of file.
    [[noreturn]] void run();
    // The life of the thread beside it.
    void run_stager();

  private:
    // A job of a batch, and what it holds.
    struct Member {
        explicit Member(const Channels& channels) : slots(channels) {}
        Slots slots;
        std::optional<CachedJob> job;
        std::optional<Result<ipc::JobDone>> answer;  // one that needs no inference
    };
    // Jobs of which nothing is left to do but to run them.
    struct ReadyJobs {
        std::vector<std::unique_ptr<Member>> members;  // one for each; null: it is answered
        std::vector<std::size_t> places;               // of those that `prepared` has
        std::unique_ptr<PreparedBatch> prepared;       // null: none
    };
    struct Unfinished;
    struct Batch {
        TakenBatch jobs;
        std::shared_ptr<LoadedModel> model;   // null: it is not loaded here
        std::unique_ptr<ReadyJobs> staged{};  // null: they are yet to be made ready
    };
    using Prepare = std::function<std::unique_ptr<PreparedBatch>(std::span<const BatchJob>)>;

    TakenBatch next_jobs();
    Batch find_model(TakenBatch taken) const;
    struct Answer {
        std::uint64_t request;
        Result<ipc::JobDone> done;
        std::unique_ptr<Member> unfinished{};  // not null: its pictures are not encoded yet
    };
    void run(Batch batch);
    std::vector<Answer> run_jobs(Batch& batch);
    Answer run_alone(const TakenJob& taken, const LoadedModel& model);
    // compute_answers.cpp
    static Answer finish(const TakenJob& taken, std::unique_ptr<Member> member, ipc::JobDone done);
    void put_in_line(Batch batch, std::vector<Answer> answers);
    void send(std::uint64_t request, Result<ipc::JobDone> done);
    // compute_batch.cpp
    std::unique_ptr<ReadyJobs> make_ready(const TakenBatch& taken, const LoadedModel& model,
                                          const Prepare& prepare, const TellError& tell);
    void look_again(const TakenBatch& taken, ReadyJobs& jobs, const TellError& tell);
    void answer_known(const TakenBatch& taken, ReadyJobs& jobs);
    std::vector<Answer> run_ready(const TakenBatch& taken, ReadyJobs& jobs, const TellError& tell);
    // The stager's.
    Batch stage(TakenBatch taken);
    // Inside a catch: what is sent for it. Ends the process where the device has come to its end.
    Error told(const std::string& of, const std::string& said);
    // Sends the digest of a suspect job; throws JobError for one that is to be refused.
    void admit(const TakenJob& taken, Slots& slots);
    // Throws JobError for one that comes too late, or for nobody.
    void check_call(const TakenJob& taken) const;
    StillWanted wanted(const TakenJob& taken) const;

    Device& device_;
    const Models& models_;
    const Channels& channels_;
    Activity& activity_;
    UnwantedJobs& unwanted_;
    std::uint64_t batches_ = 0;  // that were begun
    bool was_brief_ = false;     // the last of them
    ThreadCount threads_;
    Outbox answers_;
    AnswerLine line_;
    std::unique_ptr<StageClock> clock_;
    Intake intake_;
    Stager<Batch> stager_;
};

}  // namespace samovar::worker
