#include "daemon/worker/tasks/task.hpp"

#include <ATen/Context.h>

#include "daemon/worker/tasks/infer.hpp"
#include "daemon/worker/tasks/prepared_job.hpp"

namespace samovar::worker {

ResultCache* pictures_of(const LoadedModel& model, const ipc::RunJob& job) {
    return job.no_cache ? nullptr : model.pictures.get();
}

std::unique_ptr<PreparedJob> prepare_job(const LoadedModel& model, const ipc::RunJob& job,
                                         Slots& slots, Device& device) {
    if (device.torch().is_cuda()) at::globalContext().setBenchmarkCuDNN(model.cudnn_benchmark);
    if (model.task == ipc::Task::mask) return prepare_mask_job(model, job, slots, device);
    return prepare_tensor_job(model, job, slots, device);
}

ipc::JobDone run_task(const LoadedModel& model, const BatchJob& job, Device& device,
                      StageClock& clock) {
    if (ipc::is_of_texts(model.task)) {
        if (device.torch().is_cuda()) at::globalContext().setBenchmarkCuDNN(model.cudnn_benchmark);
        return run_text_task(model, job, device, clock);
    }
    clock.begin();
    const std::unique_ptr<PreparedJob> prepared = prepare_job(model, *job.job, *job.slots, device);
    clock.prepared();
    const std::vector<at::Tensor> results =
        infer(model, std::move(prepared->inputs), device, job.wanted);
    clock.inferred();
    ipc::JobDone done;
    done.outputs = prepared->finish(results);
    done.timings = clock.finish();
    return done;
}

}  // namespace samovar::worker
