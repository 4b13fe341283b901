#include "daemon/worker/engine/load.hpp"

#include <algorithm>
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
    if (request.options.load_threads > static_cast<std::uint32_t>(kMaxThreads))
        throw wrong("too many threads for loading");
    if (request.threads > static_cast<std::uint32_t>(kMaxThreads)) throw wrong("too many threads");
    if (request.task == ipc::Task::tensor) {
        if (request.outputs.empty()) throw wrong("a model of task tensor has no outputs");
    } else if (request.task == ipc::Task::mask) {
        if (request.mask.height == 0 || request.mask.width == 0 || request.mask.height > 65536 ||
            request.mask.width > 65536)
            throw wrong("mask sizes are 1 to 65536");
        if (!(request.mask.low < request.mask.high)) throw wrong("mask range is empty");
    } else if (ipc::is_of_texts(request.task)) {
        if (request.inputs.size() != 2 || request.outputs.size() != 1)
            throw wrong("a model of texts has two inputs and one output");
    } else {
        throw wrong("its task is not known");
    }
    const ipc::BatchSpec& batch = request.batch;
    if (batch.rows > kMaxBatchRows) throw wrong("too many rows in a batch");
    if (batch.rows > 0 && request.task == ipc::Task::tensor && request.inputs.empty())
        throw wrong("a batch of no inputs");
    if (batch.rows == 0 && ipc::is_of_texts(request.task)) throw wrong("texts without batches");
    if (!std::is_sorted(batch.buckets.begin(), batch.buckets.end()))
        throw wrong("the buckets do not rise");
    if (!batch.sizes.empty() && (!std::is_sorted(batch.sizes.begin(), batch.sizes.end()) ||
                                 batch.sizes.back() != batch.rows))
        throw wrong("the sizes of batches do not rise to the most rows");
}

std::size_t network_inputs(const ipc::WorkerLoad& request) {
    if (request.task == ipc::Task::mask) return 1;
    return ipc::is_of_texts(request.task) ? request.text.inputs.size() : request.inputs.size();
}

}  // namespace

int threads_of(const ipc::WorkerLoad& request, int otherwise) {
    return request.threads > 0 ? static_cast<int>(request.threads) : otherwise;
}

std::shared_ptr<LoadedModel> load_model(const ipc::WorkerLoad& request, int threads, Device& device,
                                        LoadSteps& steps) {
    check_request(request);
    const std::size_t inputs = network_inputs(request);

    auto model = std::make_shared<LoadedModel>();
    model->name = request.name;
    model->version = request.version;
    model->task = request.task;
    model->inputs = request.inputs;
    model->outputs = request.outputs;
    model->mask = request.mask;
    model->threads = threads_of(request, threads);
    model->cudnn_benchmark = request.options.cudnn_benchmark;
    model->batch = request.batch;
    if (request.cache_bytes > 0)
        model->results = std::make_unique<ResultCache>(request.cache_bytes);
    if (ipc::is_of_texts(request.task)) {
        steps.begin("vocabulary");
        model->texts.emplace(take_or_throw(text::TextModel::load(request.text)));
    }
    if (request.code.format == ipc::CodeFormat::pt2)
        model->network = load_compiled(request, inputs, device, steps);
    else if (request.code.format == ipc::CodeFormat::torchscript)
        model->network = load_torchscript(request, inputs, device, steps);
    else
        throw JobError(Errc::invalid_argument, "the load request names an unknown code format");

    if (request.options.reserve_bytes > 0)
        model->reservation = device.reserve(request.options.reserve_bytes);
    device.synchronize();

    const bool cpu = device.torch().is_cpu();
    ipc::LoadReport& report = model->report;
    report.code = request.code.label;
    report.device = cpu ? "cpu" : device.name() + " (" + device.description() + ")";
    report.weight_bytes = model->network->weight_bytes();
    report.mapped_weights = model->network->weights_are_mapped();
    report.threads = cpu ? static_cast<std::uint32_t>(model->threads) : 0;
    return model;
}

void finish_report(LoadedModel& model, const ipc::LoadOptions& options, const Device& device,
                   const std::string& warm_up, LoadSteps& steps) {
    ipc::LoadReport& report = model.report;
    report.facts = model.network->facts();
    const bool cpu = device.torch().is_cpu();
    if (options.cudnn_benchmark)
        report.facts.push_back({"cudnn_benchmark", cpu ? "off, no GPU" : "on"});
    if (options.reserve_bytes > 0)
        report.facts.push_back({"reserve", model.reservation == nullptr
                                               ? "none, no GPU"
                                               : std::to_string(options.reserve_bytes)});
    report.facts.push_back({"parks", model.network->can_park() ? "yes" : "no"});
    report.facts.push_back({"warmup", warm_up});
    report.phases = steps.finish();
    report.total_ns = steps.total_ns();
}

}  // namespace samovar::worker
