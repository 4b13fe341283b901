#pragma once
// One job of `samovar run`, from file to file.

#include <functional>
#include <stop_token>

#include <samovar/client.hpp>

#include "client/cli/run/inputs.hpp"
#include "client/cli/run/memory_budget.hpp"
#include "client/cli/run/outputs.hpp"

namespace samovar::cli {

// What all jobs of a command share. Outlives them; each part is for any thread.
struct Jobs {
    Client& client;
    const RunRequest& request;
    const ModelInfo& model;
    const Inputs& inputs;
    const Places& places;
    MemoryBudget& budget;
    // Told of the model's load, on any thread; may be empty.
    std::function<void(const Progress&)> on_progress;
};

// Reads and decodes the file of `job`, runs it, encodes and writes what comes back. On any thread;
// takes as long as all that does. Ends as `cancelled` where `stop` comes before it was submitted.
JobReport run_job(const Jobs& jobs, std::size_t job, const std::stop_token& stop);

}  // namespace samovar::cli
