#include "daemon/worker/compute.hpp"

#include <c10/core/InferenceMode.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <optional>
#include <utility>

#include "daemon/worker/engine/cerr_capture.hpp"
#include "daemon/worker/engine/faults.hpp"
#include "daemon/worker/job_error.hpp"
#include "daemon/worker/log.hpp"
#include "daemon/worker/tasks/digest.hpp"
#include "daemon/worker/tasks/task.hpp"

namespace samovar::worker {
namespace {

// Below it, what waking another thread takes is as much as it saves.
constexpr std::chrono::milliseconds kWorthStaging{1};

}  // namespace

void ComputeLoop::run() {
    prctl(PR_SET_NAME, "compute");
    device_.enter_thread(Work::jobs);
    const c10::InferenceMode inference;
    clock_ = device_.make_clock();

    std::optional<Batch> next;
    for (;;) {
        Batch batch = next ? std::move(*next) : find_model(*intake_.next(ipc::Wait::yes));
        next.reset();
        // It says as much as is known of how long this one will take.
        const bool stages = batch.model && batch.model->last_run >= kWorthStaging;
        if (stages) stager_.begin();
        run(batch);
        if (stages) next = stager_.end();
    }
}

ComputeLoop::Batch ComputeLoop::find_model(TakenBatch taken) const {
    std::shared_ptr<LoadedModel> model = models_.find(taken.front().job.model);
    return {std::move(taken), std::move(model), nullptr};
}

void ComputeLoop::run(Batch& batch) {
    activity_.begin(batch.jobs.front().request);
    const auto begun = std::chrono::steady_clock::now();
    std::vector<Result<ipc::JobDone>> answers = run_jobs(batch);
    if (batch.model) batch.model->last_run = std::chrono::steady_clock::now() - begun;
    batch.ready.reset();
    batch.model.reset();
    for (std::size_t i = 0; i < batch.jobs.size(); ++i)
        answer(batch.jobs[i].request, std::move(answers[i]));
}

std::vector<Result<ipc::JobDone>> ComputeLoop::run_jobs(Batch& batch) {
    if (batch.model == nullptr)
        return {batch.jobs.size(),
                Error{Errc::unknown_model,
                      "model number " + std::to_string(batch.jobs.front().job.model) +
                          " is not loaded here",
                      "", 0, 0}};
    threads_.use(batch.model->threads);
    if (batch.ready) return run_ready(batch);
    if (batch.jobs.size() > 1) return run_together(batch.jobs, *batch.model);
    return {1, run_alone(batch.jobs.front(), *batch.model)};
}

Result<ipc::JobDone> ComputeLoop::run_alone(const TakenJob& taken, const LoadedModel& model) {
    const CerrCapture said;
    try {
        Slots slots(channels_);
        admit(taken, slots);
        return run_task(model, taken.job, slots, device_, *clock_);
    } catch (...) {
        return told("a job of " + model.name, said.text());
    }
}

std::vector<Result<ipc::JobDone>> ComputeLoop::run_together(const TakenBatch& taken,
                                                            const LoadedModel& model) {
    const CerrCapture said;
    const TellError tell = [&] { return told("a batch of " + model.name, said.text()); };
    std::vector<std::optional<Error>> refused(taken.size());
    std::deque<Slots> slots;
    std::vector<BatchJob> jobs;
    for (std::size_t i = 0; i < taken.size(); ++i) {
        Slots& own = slots.emplace_back(channels_);
        try {
            admit(taken[i], own);
            jobs.push_back({&taken[i].job, &own});
        } catch (...) {
            refused[i] = tell();
        }
    }
    std::vector<Result<ipc::JobDone>> done;
    try {
        done = run_batch(model, jobs, device_, *clock_, tell);
    } catch (...) {
        done.assign(jobs.size(), tell());
    }
    std::vector<Result<ipc::JobDone>> answers;
    answers.reserve(refused.size());
    auto next = done.begin();
    for (std::optional<Error>& error : refused)
        answers.push_back(error ? std::move(*error) : std::move(*next++));
    return answers;
}

// Before the answer nothing of the job is held any more, and the worker is at nothing: whoever has
// the answer finds it so.
void ComputeLoop::answer(std::uint64_t request, Result<ipc::JobDone> done) {
    activity_.end();
    if (done)
        answers_.send(*done, request);
    else
        answers_.fail(std::move(done).error(), request);
}

Error ComputeLoop::told(const std::string& of, const std::string& said) {
    Error error = caught_error(Errc::inference_failed, of, said);
    if (error.hint.empty()) error.hint = "the daemon's log has the whole story";
    // Also waits for copies under way, so that the slots are the client's again.
    if (!device_.usable()) {
        log::error(device_.name() + " is not usable any more; the worker ends");
        _exit(1);
    }
    return error;
}

void ComputeLoop::check_deadline(const ipc::RunJob& job) {
    const std::chrono::steady_clock::time_point deadline{std::chrono::nanoseconds(job.deadline_ns)};
    if (job.deadline_ns != 0 && std::chrono::steady_clock::now() > deadline)
        throw JobError(Errc::too_late, "the job's turn came after its deadline");
}

void ComputeLoop::admit(const TakenJob& taken, Slots& slots) {
    const ipc::RunJob& job = taken.job;
    check_deadline(job);
    if (!job.suspect && job.refused.empty()) return;
    const ipc::Digest digest = job_digest(job, slots);
    if (std::find(job.refused.begin(), job.refused.end(), digest) != job.refused.end())
        throw JobError(
            Errc::worker_died,
            "a job with the same input has ended the worker twice and is kept out for a while",
            "try another input, or look at the daemon's log for the cause");
    if (job.suspect) answers_.send(ipc::JobDigest{digest}, taken.request);
}

}  // namespace samovar::worker
