#include "daemon/worker/tasks/batch_curve.hpp"

#include <cstdio>
#include <limits>

#include "daemon/worker/engine/faults.hpp"
#include "daemon/worker/job_error.hpp"
#include "daemon/worker/tasks/infer.hpp"
#include "daemon/worker/tasks/prepared_job.hpp"
#include "daemon/worker/tasks/text_job.hpp"
#include "daemon/worker/tasks/text_steps.hpp"
#include "daemon/worker/tasks/warm_up.hpp"
#include "ipc/words.hpp"

namespace samovar::worker {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::chrono::seconds kLongestCurve{3};
constexpr int kTimes = 3;  // the best of so many counts

// What the network gets for the job; of texts, for the first.
std::vector<at::Tensor> network_inputs(const LoadedModel& model, const ipc::RunJob& job,
                                       Slots& slots, Device& device) {
    if (!model.texts) return prepare_job(model, job, slots, device)->inputs;
    const TextJob texts(model, {&job, &slots});
    const std::vector<std::int32_t>* const first[] = {&texts.texts().ids.front()};
    return make_text_tensors(*model.texts, first, texts.texts().lengths.front(), device.torch())
        .inputs;
}

std::vector<at::Tensor> repeated(const std::vector<at::Tensor>& inputs, std::int64_t rows) {
    std::vector<at::Tensor> batch;
    for (const at::Tensor& input : inputs) {
        std::vector<std::int64_t> sizes = input.sizes().vec();
        sizes.at(0) = rows;
        batch.push_back(input.narrow(0, 0, 1).expand(sizes).contiguous());
    }
    return batch;
}

// The best of several, after those in which LibTorch compiles what it compiles.
Clock::duration best_time(const LoadedModel& model, const std::vector<at::Tensor>& batch,
                          Device& device) {
    Clock::duration best = Clock::duration::max();
    for (int run = 0; run < model.network->runs_to_optimise() + kTimes; ++run) {
        const Clock::time_point begun = Clock::now();
        const std::vector<at::Tensor> results = model.network->forward(batch);
        device.synchronize();
        check_rows(model, results, batch.front().size(0));
        best = std::min(best, Clock::now() - begun);
    }
    return best;
}

// False where memory ran out.
bool add_point(const LoadedModel& model, const std::vector<at::Tensor>& inputs, std::uint32_t rows,
               Device& device, std::vector<BatchTime>& curve) {
    try {
        curve.push_back({rows, best_time(model, repeated(inputs, rows), device)});
        return true;
    } catch (...) {
        Error error = caught_error(Errc::bad_model, "the batches of " + model.name, "");
        if (!device.usable()) throw;
        device.release_memory();
        if (error.code == Errc::out_of_memory && rows > 1) return false;
        error.message =
            "its network took no batch of " + ipc::count_of(rows, "row") + ": " + error.message;
        error.hint = "remove [batch] from its model.toml, or export it for batches";
        throw JobError(std::move(error));
    }
}

}  // namespace

std::vector<BatchTime> measure_batches(LoadedModel& model, const ipc::WorkerLoad& load,
                                       Device& device, LoadSteps& steps) {
    std::vector<BatchTime> curve;
    if (!load.batch.measure || load.warm_ups.empty()) return curve;
    steps.begin("batches");
    const AmongJobs among_jobs(device);
    const Channels no_channels(device);
    Slots slots(no_channels, std::numeric_limits<std::uint64_t>::max());
    const ipc::RunJob job = make_up_job(model, load.warm_ups.front());
    const std::vector<at::Tensor> inputs = network_inputs(model, job, slots, device);
    const Clock::time_point end = Clock::now() + kLongestCurve;
    for (std::uint32_t rows = 1; rows <= load.batch.rows; rows *= 2)
        if (!add_point(model, inputs, rows, device, curve) || Clock::now() >= end) break;
    model.batch.rows = knee_of(curve);
    return curve;
}

std::vector<ipc::LoadFact> facts_of(const LoadedModel& model, const std::vector<BatchTime>& curve) {
    std::vector<ipc::LoadFact> facts;
    if (curve.empty()) return facts;
    facts.push_back({"batch", ipc::count_of(model.batch.rows, "row") + ", measured"});
    for (const BatchTime& point : curve) {
        char text[32];
        std::snprintf(text, sizeof text, "%.3g ms, %.3g rows/s",
                      std::chrono::duration<double, std::milli>(point.took).count(),
                      point.rows_a_second());
        facts.push_back({"batch of " + std::to_string(point.rows), text});
    }
    return facts;
}

}  // namespace samovar::worker
