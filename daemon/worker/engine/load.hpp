#pragma once
#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "daemon/worker/cache/result_cache.hpp"
#include "daemon/worker/engine/device.hpp"
#include "daemon/worker/engine/load_steps.hpp"
#include "daemon/worker/engine/network.hpp"
#include "daemon/worker/engine/working_rows.hpp"
#include "daemon/worker/text/text_model.hpp"
#include "ipc/wire/worker_messages.hpp"

namespace samovar::worker {

// A model that takes jobs. Made by the loader thread, run by the compute thread.
struct LoadedModel {
    std::string name, version;
    ipc::Task task{};
    std::vector<ipc::TensorSpec> inputs, outputs;  // of task tensor
    ipc::MaskSpec mask;                            // of task mask
    std::optional<text::TextModel> texts;          // of tasks of texts
    int threads = 1;                               // of one inference on the CPU
    bool cudnn_benchmark = false;
    ipc::BatchSpec batch;
    // Of the compute thread's, which learns it; everything else stays as it was loaded.
    std::unique_ptr<WorkingRows> working_rows = std::make_unique<WorkingRows>();
    std::chrono::nanoseconds last_run{};       // how long its last batch took
    std::shared_ptr<ResultCache> pictures;     // decoded, of all models here; null: none are kept
    std::unique_ptr<ResultCache> results;      // null: it keeps none
    std::unique_ptr<Reservation> reservation;  // null: none
    std::unique_ptr<Network> network;
    ipc::LoadReport report;  // of its load
};

// The threads of an inference: what the request says, or `otherwise`.
int threads_of(const ipc::WorkerLoad& request, int otherwise);

// Throws JobError and what LibTorch throws. `threads`: where the request names no number. Loader
// thread, inside InferenceMode. The report is complete but for its phases, times and facts.
std::shared_ptr<LoadedModel> load_model(const ipc::WorkerLoad& request, int threads, Device& device,
                                        LoadSteps& steps);

// Adds the rest of the report. `warm_up`: what became of that, in words.
void finish_report(LoadedModel& model, const ipc::LoadOptions& options, const Device& device,
                   const std::string& warm_up, LoadSteps& steps);

}  // namespace samovar::worker
