#include "daemon/worker/engine/load.hpp"

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

std::shared_ptr<LoadedModel> load_model(const ipc::WorkerLoad& request, int threads, Device& device,
                                        const LoadSteps::Tell& tell) {
    check_request(request);
    LoadSteps steps(tell);
    const std::size_t inputs = request.task == ipc::Task::mask ? 1 : request.inputs.size();

    auto model = std::make_shared<LoadedModel>();
    model->name = request.name;
    model->task = request.task;
    model->inputs = request.inputs;
    model->outputs = request.outputs;
    model->mask = request.mask;
    model->threads = request.threads > 0 ? static_cast<int>(request.threads) : threads;
    if (request.code.format == ipc::CodeFormat::pt2)
        model->network = load_compiled(request.code, inputs, device, steps);
    else if (request.code.format == ipc::CodeFormat::torchscript)
        model->network = load_torchscript(request.code, inputs, device, steps);
    else
        throw JobError(Errc::invalid_argument, "the load request names an unknown code format");

    device.synchronize();

    const bool cpu = device.torch().is_cpu();
    ipc::LoadReport& report = model->report;
    report.code = request.code.label;
    report.device = cpu ? "cpu" : device.name() + " (" + device.description() + ")";
    report.weight_bytes = model->network->weight_bytes();
    report.mapped_weights = model->network->weights_are_mapped();
    report.threads = cpu ? static_cast<std::uint32_t>(model->threads) : 0;
    report.phases = steps.finish();
    report.total_ns = steps.total_ns();
    return model;
}

}  // namespace samovar::worker
