#pragma once
#include <functional>
#include <memory>
#include <span>
#include <vector>

#include "daemon/worker/engine/device.hpp"
#include "daemon/worker/engine/load.hpp"
#include "daemon/worker/tasks/slots.hpp"
#include "daemon/worker/tasks/still_wanted.hpp"
#include "ipc/wire/worker_messages.hpp"

namespace samovar::worker {

// A job that is to run, by itself or in a batch; `slots` is its own.
struct BatchJob {
    const ipc::RunJob* job;
    Slots* slots;
    StillWanted wanted{};
};

// Runs one job of a loaded model and writes its outputs. Compute thread, inside InferenceMode.
// Throws JobError (`cancelled` where its next part is not wanted any more) and what LibTorch
// throws; outputs are then rubbish.
ipc::JobDone run_task(const LoadedModel& model, const BatchJob& job, Device& device,
                      StageClock& clock);

// A job of texts, which is cut into batches of its own.
ipc::JobDone run_text_task(const LoadedModel& model, const BatchJob& job, Device& device,
                           StageClock& clock);

// Inside a catch: the Error of what was thrown.
using TellError = std::function<Error()>;

// Jobs of one model that run together, whose inputs are ready.
class PreparedBatch {
  public:
    virtual ~PreparedBatch() = default;

    // This one, by its place, is not to run, but to be told why.
    virtual void drop(std::size_t job, Error why) = 0;
    // Runs them, which takes as few inferences as it may; an answer each, in their order, all with
    // the times of the whole. What is wrong with one is answered to that one alone. The clock has
    // begun. Throws only where the device itself fails; then none has an answer. Once.
    virtual std::vector<Result<ipc::JobDone>> run(Device& device, StageClock& clock,
                                                  const TellError& tell) = 0;
};

// What `jobs` points at must outlive the answers. Compute thread, inside InferenceMode.
std::unique_ptr<PreparedBatch> prepare_batch(const LoadedModel& model,
                                             std::span<const BatchJob> jobs, Device& device,
                                             const TellError& tell);

// Whether another thread than the one that runs jobs may make those of this model ready: where that
// asks nothing of a GPU, and does not take all processors by itself.
bool can_be_staged(const LoadedModel& model, const Device& device);
// prepare_batch() by that thread, inside InferenceMode; also puts the rows of all together.
std::unique_ptr<PreparedBatch> stage_batch(const LoadedModel& model, std::span<const BatchJob> jobs,
                                           Device& device, const TellError& tell);
// Of tasks of texts: makes tokens. Asks nothing of the device.
std::unique_ptr<PreparedBatch> prepare_texts(const LoadedModel& model,
                                             std::span<const BatchJob> jobs, const TellError& tell);

}  // namespace samovar::worker
