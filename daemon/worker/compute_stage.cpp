// What of the next batch is done while one runs.

#include <c10/core/InferenceMode.h>
#include <sys/prctl.h>

#include <exception>
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
    const CerrCapture said;
    // Nothing is asked of the device that could end it.
    const TellError tell = [&] {
        return caught_error(Errc::inference_failed, "a batch of " + batch.model->name, said.text());
    };
    const Prepare prepare = [&](std::span<const BatchJob> jobs) {
        return stage_batch(*batch.model, jobs, device_, tell);
    };
    try {
        batch.staged = make_ready(batch.jobs, *batch.model, prepare, tell);
    } catch (const std::exception& fault) {
        log::warning("staging a batch of " + batch.model->name + ": " + fault.what());
    }
    return batch;
}

}  // namespace samovar::worker
