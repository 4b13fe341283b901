#include "daemon/worker/tasks/task.hpp"

#include <ATen/Context.h>

namespace samovar::worker {

ipc::JobDone run_task(const LoadedModel& model, const ipc::RunJob& job, Slots& slots,
                      Device& device, StageClock& clock) {
    if (device.torch().is_cuda()) at::globalContext().setBenchmarkCuDNN(model.cudnn_benchmark);
    if (model.task == ipc::Task::mask) return run_mask_task(model, job, slots, device, clock);
    if (ipc::is_of_texts(model.task)) return run_text_task(model, job, slots, device, clock);
    return run_tensor_task(model, job, slots, device, clock);
}

}  // namespace samovar::worker
