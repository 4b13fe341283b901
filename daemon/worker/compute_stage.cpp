// What of the next batch is done while one runs.

#include <c10/core/InferenceMode.h>
#include <sys/prctl.h>

#include <utility>

#include "daemon/worker/compute.hpp"
#include "daemon/worker/engine/cerr_capture.hpp"
#include "daemon/worker/engine/faults.hpp"
#include "daemon/worker/log.hpp"

namespace samovar::worker {

void ComputeLoop::run_stager() {
    prctl(PR_SET_NAME, "stager");
    ThreadCount().use(1);  // the processors are at the running batch
    const c10::InferenceMode inference;
    stager_.run();
}

ComputeLoop::Batch ComputeLoop::stage(TakenBatch taken) {
    Batch batch = find_model(std::move(taken));
    // A suspect is told of before anything of it is touched, with nothing beside it.
    if (!batch.model || !can_be_staged(*batch.model, device_) || batch.jobs.front().job.suspect)
        return batch;
    try {
        batch.ready = make_ready(batch.jobs, *batch.model);
    } catch (const std::exception& fault) {
        log::warning("staging a batch of " + batch.model->name + ": " + fault.what());
    }
    return batch;
}

std::unique_ptr<ComputeLoop::ReadyJobs> ComputeLoop::make_ready(const TakenBatch& taken,
                                                                const LoadedModel& model) {
    const CerrCapture said;
    // Nothing was asked of the device that could have ended it.
    const TellError tell = [&] {
        return caught_error(Errc::inference_failed, "a batch of " + model.name, said.text());
    };
    auto ready = std::make_unique<ReadyJobs>();
    ready->refused.resize(taken.size());
    std::vector<BatchJob> jobs;
    for (std::size_t i = 0; i < taken.size(); ++i) {
        Slots& own = ready->slots.emplace_back(channels_);
        try {
            admit(taken[i], own);
            ready->places.push_back(i);
            jobs.push_back({&taken[i].job, &own});
        } catch (...) {
            ready->refused[i] = tell();
        }
    }
    ready->prepared = stage_batch(model, jobs, device_, tell);
    return ready;
}

std::vector<Result<ipc::JobDone>> ComputeLoop::run_ready(Batch& batch) {
    const CerrCapture said;
    const TellError tell = [&] { return told("a batch of " + batch.model->name, said.text()); };
    ReadyJobs& ready = *batch.ready;
    clock_->begin();
    for (std::size_t i = 0; i < ready.places.size(); ++i) {
        try {
            check_deadline(batch.jobs[ready.places[i]].job);  // which may be over by now
        } catch (...) {
            ready.prepared->drop(i, tell());
        }
    }
    std::vector<Result<ipc::JobDone>> done;
    try {
        done = ready.prepared->run(device_, *clock_, tell);
    } catch (...) {
        done.assign(ready.places.size(), tell());
    }
    std::vector<Result<ipc::JobDone>> answers;
    answers.reserve(ready.refused.size());
    auto next = done.begin();
    for (std::optional<Error>& error : ready.refused)
        answers.push_back(error ? Result<ipc::JobDone>(std::move(*error)) : std::move(*next++));
    return answers;
}

}  // namespace samovar::worker
