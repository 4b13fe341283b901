#include "daemon/worker/engine/load.hpp"

#include <chrono>
#include <utility>

#include "daemon/worker/arguments.hpp"
#include "daemon/worker/engine/compiled_network.hpp"
#include "daemon/worker/engine/torchscript_network.hpp"
#include "daemon/worker/job_error.hpp"

namespace samovar::worker {
namespace {

// The daemon has read model.toml; this holds whatever it sends within what the tasks rely on.
void check_request(const ipc::WorkerLoad& request) {
    const auto wrong = [](const std::string& what) {
        return JobError(Errc::invalid_argument, "the load request is not valid: " + what);
    };
    if (request.threads > static_cast<std::uint32_t>(kMaxThreads)) throw wrong("too many threads");
    if (request.task == ipc::Task::tensor) {
        if (request.outputs.empty()) throw wrong("a model of task tensor has no outputs");
    } else if (request.task == ipc::Task::mask) {
        if (request.mask.height == 0 || request.mask.width == 0 || request.mask.height > 65536 ||
            request.mask.width > 65536)
            throw wrong("mask sizes are 1 to 65536");
        if (!(request.mask.low < request.mask.high)) throw wrong("mask range is empty");
    } else {
        throw wrong("its task is not known");
    }
}

}  // namespace

Load load_model(const ipc::WorkerLoad& request, int threads, Device& device,
                const LoadSteps::Tell& tell) {
    check_request(request);
    const auto begun = std::chrono::steady_clock::now();
    LoadSteps steps(tell);
    const std::size_t inputs = request.task == ipc::Task::mask ? 1 : request.inputs.size();

    Load load;
    load.model = std::make_shared<LoadedModel>();
    load.model->name = request.name;
    load.model->task = request.task;
    load.model->inputs = request.inputs;
    load.model->outputs = request.outputs;
    load.model->mask = request.mask;
    load.model->threads = request.threads > 0 ? static_cast<int>(request.threads) : threads;
    if (request.code.format == ipc::CodeFormat::pt2)
        load.model->network = load_compiled(request.code, inputs, device, steps);
    else if (request.code.format == ipc::CodeFormat::torchscript)
        load.model->network = load_torchscript(request.code, inputs, device, steps);
    else
        throw JobError(Errc::invalid_argument, "the load request names an unknown code format");

    device.synchronize();

    const bool cpu = device.torch().is_cpu();
    load.report.code = request.code.label;
    load.report.device = cpu ? "cpu" : device.name() + " (" + device.description() + ")";
    load.report.weight_bytes = load.model->network->weight_bytes();
    load.report.mapped_weights = load.model->network->weights_are_mapped();
    load.report.threads = cpu ? static_cast<std::uint32_t>(load.model->threads) : 0;
    load.report.phases = steps.finish();
    load.report.total_ns =
        static_cast<std::uint64_t>(std::chrono::duration_cast<std::chrono::nanoseconds>(
                                       std::chrono::steady_clock::now() - begun)
                                       .count());
    return load;
}

}  // namespace samovar::worker
