#include "daemon/worker/compute.hpp"

#include <c10/core/InferenceMode.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <algorithm>
#include <utility>

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
    activity_.begin(request);
    const Result<ipc::JobDone> done = answer_to(frame);
    // Before the answer, and with nothing of the job held any more: who has it finds it so.
    activity_.end();
    if (done)
        answers_.send(*done, request);
    else
        answers_.fail(done.error(), request);
}

Result<ipc::JobDone> ComputeLoop::answer_to(const ipc::Frame& frame) {
    if (frame.header.type != ipc::MessageType::run_job)
        return Error{Errc::protocol, "the jobs socket takes run_job only", "", 0, 0};
    const Result<ipc::RunJob> job = ipc::decode<ipc::RunJob>(frame.body);
    if (!job) return job.error();
    const std::shared_ptr<LoadedModel> model = models_.find(job->model);
    if (model == nullptr)
        return Error{Errc::unknown_model,
                     "model number " + std::to_string(job->model) + " is not loaded here", "", 0,
                     0};
    const CerrCapture said;
    try {
        Slots slots(channels_);
        keep_out_refused(*job, frame.header.request, slots);
        threads_.use(model->threads);
        return run_task(*model, *job, slots, device_, *clock_);
    } catch (...) {
        Error error = caught_error(Errc::inference_failed, "a job of " + model->name, said.text());
        if (error.hint.empty()) error.hint = "the daemon's log has the whole story";
        // Also waits for copies under way, so that the slots are the client's again.
        if (!device_.usable()) {
            log::error(device_.name() + " is not usable any more; the worker ends");
            _exit(1);
        }
        return error;
    }
}

void ComputeLoop::keep_out_refused(const ipc::RunJob& job, std::uint64_t request, Slots& slots) {
    if (!job.suspect && job.refused.empty()) return;
    const ipc::Digest digest = job_digest(job, slots);
    if (std::find(job.refused.begin(), job.refused.end(), digest) != job.refused.end())
        throw JobError(
            Errc::worker_died,
            "a job with the same input has ended the worker twice and is kept out for a while",
            "try another input, or look at the daemon's log for the cause");
    if (job.suspect) answers_.send(ipc::JobDigest{digest}, request);
}

}  // namespace samovar::worker
