#include "daemon/worker/compute.hpp"

#include <c10/core/InferenceMode.h>
#include <sched.h>
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
// A batch after which the next is waited for awake, and how long.
constexpr std::chrono::microseconds kBrief{200};

}  // namespace

void ComputeLoop::run() {
    prctl(PR_SET_NAME, "compute");
    device_.enter_thread(Work::jobs);
    const c10::InferenceMode inference;
    clock_ = device_.make_clock();

    std::optional<Batch> next;
    for (;;) {
        Batch batch = next ? std::move(*next) : find_model(next_jobs());
        next.reset();
        // It says as much as is known of how long this one will take.
        const bool stages = batch.model && batch.model->last_run >= kWorthStaging;
        if (stages) stager_.begin();
        run(std::move(batch));
        if (stages) next = stager_.end();
    }
}

// After a brief batch the next often comes before a thread could sleep and be woken again. Others
// have the processor meanwhile, if they want it.
TakenBatch ComputeLoop::next_jobs() {
    if (was_brief_) {
        const auto until = std::chrono::steady_clock::now() + kBrief;
        while (std::chrono::steady_clock::now() < until) {
            if (std::optional<TakenBatch> taken = intake_.next(ipc::Wait::no)) return *taken;
            ::sched_yield();
        }
    }
    return *intake_.next(ipc::Wait::yes);
}

ComputeLoop::Batch ComputeLoop::find_model(TakenBatch taken) const {
    std::shared_ptr<LoadedModel> model = models_.find(taken.front().job.model);
    return {std::move(taken), std::move(model), nullptr};
}

void ComputeLoop::run(Batch batch) {
    activity_.begin(batch.jobs.front().request);
    ++batches_;
    if (batch.model == nullptr) {
        const std::string number = std::to_string(batch.jobs.front().job.model);
        const Error unknown{Errc::unknown_model, "model number " + number + " is not loaded here",
                            "", 0, 0};
        std::vector<Answer> answers;
        for (const TakenJob& taken : batch.jobs)
            answers.push_back({taken.request, unknown});
        return put_in_line(std::move(batch), std::move(answers));
    }
    threads_.use(batch.model->threads);
    const auto begun = std::chrono::steady_clock::now();
    std::vector<Answer> answers = run_jobs(batch);
    const bool ran = std::ranges::any_of(
        answers, [](const Answer& each) { return each.done && !each.done->timings.cached; });
    const auto took = std::chrono::steady_clock::now() - begun;
    was_brief_ = took < kBrief;
    if (ran) batch.model->last_run = took;
    put_in_line(std::move(batch), std::move(answers));
}

std::vector<ComputeLoop::Answer> ComputeLoop::run_jobs(Batch& batch) {
    const LoadedModel& model = *batch.model;
    std::vector<Answer> answers;
    if (!batch.staged && batch.jobs.size() == 1) {
        answers.push_back(run_alone(batch.jobs.front(), model));
        return answers;
    }
    const CerrCapture said;
    const TellError tell = [&] { return told("a batch of " + model.name, said.text()); };
    const Prepare prepare = [&](std::span<const BatchJob> jobs) {
        clock_->begin();
        return prepare_batch(model, jobs, device_, tell);
    };
    if (batch.staged) {
        look_again(batch.jobs, *batch.staged, tell);
        clock_->begin();
    } else {
        batch.staged = make_ready(batch.jobs, model, prepare, tell);
    }
    answer_known(batch.jobs, *batch.staged);
    return run_ready(batch.jobs, *batch.staged, tell);
}

ComputeLoop::Answer ComputeLoop::run_alone(const TakenJob& taken, const LoadedModel& model) {
    const CerrCapture said;
    auto member = std::make_unique<Member>(channels_);
    try {
        admit(taken, member->slots);
        CachedJob& job = member->job.emplace(model, taken.job, member->slots);
        if (auto kept = job.from_cache()) return {taken.request, std::move(*kept)};
        ipc::JobDone done = run_task(model, job.to_run(wanted(taken)), device_, *clock_);
        return finish(taken, std::move(member), std::move(done));
    } catch (...) {
        return {taken.request, told("a job of " + model.name, said.text())};
    }
}

Error ComputeLoop::told(const std::string& of, const std::string& said) {
    Error error = caught_error(Errc::inference_failed, of, said);
    if (error.hint.empty()) error.hint = "the daemon's log has the whole story";
    // Also waits for copies under way, so that the slots are the client's again.
    if (!device_.usable()) {
        log::error(device_.name() + " is not usable any more; the worker ends");
        line_.drain();  // what has run is not run again
        _exit(1);
    }
    return error;
}

StillWanted ComputeLoop::wanted(const TakenJob& taken) const {
    return [this, job = taken.request] { return !unwanted_.contains(job); };
}

void ComputeLoop::check_call(const TakenJob& taken) const {
    check_wanted(wanted(taken));
    const std::uint64_t until = taken.job.deadline_ns;
    const std::chrono::steady_clock::time_point deadline{std::chrono::nanoseconds(until)};
    if (until != 0 && std::chrono::steady_clock::now() > deadline)
        throw JobError(Errc::too_late, "the job's turn came after its deadline");
}

void ComputeLoop::admit(const TakenJob& taken, Slots& slots) {
    const ipc::RunJob& job = taken.job;
    check_call(taken);
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
