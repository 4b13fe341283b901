#include "daemon/worker/compute.hpp"

#include <c10/core/InferenceMode.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <memory>
#include <optional>
#include <utility>

#include "daemon/worker/cache/cached_job.hpp"
#include "daemon/worker/engine/cerr_capture.hpp"
#include "daemon/worker/engine/faults.hpp"
#include "daemon/worker/job_error.hpp"
#include "daemon/worker/log.hpp"
#include "daemon/worker/tasks/digest.hpp"
#include "daemon/worker/tasks/task.hpp"
#include "ipc/os/socket_io.hpp"

namespace samovar::worker {

void ComputeLoop::run() {
    prctl(PR_SET_NAME, "compute");
    device_.enter_thread(Work::jobs);
    const c10::InferenceMode inference;
    clock_ = device_.make_clock();

    ipc::FrameReader reader;
    for (;;) {
        const auto status = ipc::receive(ipc::kJobsFd, reader, ipc::Wait::yes);
        if (!status || *status == ipc::ReadStatus::closed) _exit(0);
        for (;;) {
            Result<std::optional<ipc::Frame>> frame = reader.take();
            if (!frame) {
                log::error("jobs: " + describe(frame.error()));
                _exit(1);
            }
            if (!frame->has_value()) break;
            take(**frame);
        }
    }
}

void ComputeLoop::take(const ipc::Frame& frame) {
    const std::uint64_t request = frame.header.request;
    Result<ipc::RunJob> job =
        frame.header.type == ipc::MessageType::run_job
            ? ipc::decode<ipc::RunJob>(frame.body)
            : Error{Errc::protocol, "the jobs socket takes run_job only", "", 0, 0};
    bool more = false;
    if (job) {
        more = job->followers > 0;
        taken_.push_back({request, std::move(*job)});
    } else {
        answer(request, std::move(job).error());
    }
    if (more || taken_.empty()) return;
    activity_.begin(taken_.front().request);
    run_taken();
    taken_.clear();
}

void ComputeLoop::run_taken() {
    const std::uint32_t number = taken_.front().job.model;
    const std::shared_ptr<LoadedModel> model = models_.find(number);
    if (model == nullptr) {
        for (const Taken& taken : taken_)
            answer(
                taken.request,
                Error{Errc::unknown_model,
                      "model number " + std::to_string(number) + " is not loaded here", "", 0, 0});
        return;
    }
    threads_.use(model->threads);
    if (taken_.size() > 1) return run_together(*model);
    answer(taken_.front().request, run_alone(taken_.front(), *model));
}

Result<ipc::JobDone> ComputeLoop::run_alone(const Taken& taken, const LoadedModel& model) {
    const CerrCapture said;
    try {
        Slots slots(channels_);
        admit(taken, slots);
        CachedJob job(model, taken.job, slots);
        if (auto kept = job.from_cache()) return std::move(*kept);
        const BatchJob own = job.to_run();
        return job.finish(run_task(model, *own.job, *own.slots, device_, *clock_));
    } catch (...) {
        return told("a job of " + model.name, said.text());
    }
}

std::unique_ptr<ComputeLoop::Member> ComputeLoop::join(const Taken& taken,
                                                       const LoadedModel& model) {
    auto member = std::make_unique<Member>(channels_);
    admit(taken, member->slots);
    CachedJob& job = member->job.emplace(model, taken.job, member->slots);
    const std::optional<ipc::JobDone> kept = job.from_cache();
    if (!kept) return member;
    member.reset();
    answers_.send(*kept, taken.request);
    return nullptr;
}

void ComputeLoop::run_together(const LoadedModel& model) {
    const CerrCapture said;
    const TellError tell = [&] { return told("a batch of " + model.name, said.text()); };
    std::vector<std::unique_ptr<Member>> members(taken_.size());  // null: answered, or refused
    std::vector<std::optional<Error>> refused(taken_.size());
    std::vector<BatchJob> jobs;
    for (std::size_t i = 0; i < taken_.size(); ++i) {
        try {
            members[i] = join(taken_[i], model);
            if (members[i]) jobs.push_back(members[i]->job->to_run());
        } catch (...) {
            refused[i] = tell();
        }
    }
    std::vector<Result<ipc::JobDone>> done;
    try {
        if (!jobs.empty()) done = run_batch(model, jobs, device_, *clock_, tell);
    } catch (...) {
        done.assign(jobs.size(), tell());
    }
    auto next = done.begin();
    for (const std::unique_ptr<Member>& member : members) {
        if (!member) continue;
        if (*next) *next = finish(*member, std::move(**next), tell);
        ++next;
    }
    next = done.begin();
    for (std::size_t i = 0; i < taken_.size(); ++i) {
        const bool ran = members[i] != nullptr;
        members[i].reset();
        if (refused[i]) answer(taken_[i].request, std::move(*refused[i]));
        if (ran) answer(taken_[i].request, std::move(*next++));
    }
    activity_.end();  // where none was left to answer
}

Result<ipc::JobDone> ComputeLoop::finish(Member& member, ipc::JobDone done, const TellError& tell) {
    try {
        return member.job->finish(std::move(done));
    } catch (...) {
        return tell();
    }
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

void ComputeLoop::admit(const Taken& taken, Slots& slots) {
    const ipc::RunJob& job = taken.job;
    const std::chrono::steady_clock::time_point deadline{std::chrono::nanoseconds(job.deadline_ns)};
    if (job.deadline_ns != 0 && std::chrono::steady_clock::now() > deadline)
        throw JobError(Errc::too_late, "the job's turn came after its deadline");
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
