#pragma once
#include <chrono>
#include <optional>
#include <vector>

#include "daemon/worker/cache/result_cache.hpp"
#include "daemon/worker/tasks/outputs.hpp"
#include "daemon/worker/tasks/parameters.hpp"
#include "daemon/worker/tasks/task.hpp"

namespace samovar::worker {

// A job on its way past the results that its model keeps. One that could be kept is run on a copy
// of its inputs, and its outputs are made in this process and copied to the client's slots at the
// end: what is looked up, computed and kept is one and the same, whatever the client writes
// meanwhile. So are the outputs of one that wants its pictures encoded. Any other is run as it
// came. One thread at a time.
class CachedJob {
  public:
    // Copies the inputs, and checks the places of the outputs. `model`, `job` and `slots` outlive
    // it. Throws JobError.
    CachedJob(const LoadedModel& model, const ipc::RunJob& job, Slots& slots);

    // The answer, written to its places, where an equal job left one; then nothing else. Else it
    // may be asked again. Throws JobError.
    std::optional<ipc::JobDone> from_cache();
    // What is to be run, as long as it is wanted.
    BatchJob to_run(StillWanted wanted);
    // The answer: what that gave, which is kept, written to its places. Asks nothing of the device.
    // Once. Throws JobError.
    ipc::JobDone finish(ipc::JobDone done);
    // Whether finish() takes long, since it encodes pictures.
    bool encodes() const { return own_ && own_->encoding; }

  private:
    using Clock = std::chrono::steady_clock;
    struct Own {
        Slots slots;
        Outputs places;
        ipc::RunJob job;
        bool keeps = false;
        std::vector<ipc::Param> params{};  // of the job as it came
        ipc::Digest digest{};
        std::optional<Encoding> encoding{};
    };
    void take_inputs();
    void keep(const std::shared_ptr<const KeptResult>& result);
    std::vector<ipc::OutputTensor> write_out(const KeptResult& result);

    const LoadedModel& model_;
    const ipc::RunJob& job_;
    Slots& slots_;
    Clock::time_point begun_;
    Clock::duration copying_{};
    std::optional<Own> own_;
};

}  // namespace samovar::worker
