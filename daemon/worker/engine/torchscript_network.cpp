#include "daemon/worker/engine/torchscript_network.hpp"

#include <ATen/ops/empty_like.h>
#include <torch/csrc/jit/api/function_impl.h>
#include <torch/csrc/jit/api/module.h>

#include <algorithm>
#include <optional>
#include <utility>

#include "daemon/worker/engine/element_types.hpp"
#include "daemon/worker/engine/precision.hpp"
#include "daemon/worker/engine/read_ahead.hpp"
#include "daemon/worker/engine/torchscript_archive.hpp"
#include "daemon/worker/engine/torchscript_weights.hpp"
#include "daemon/worker/job_error.hpp"
#include "ipc/words.hpp"

namespace samovar::worker {
namespace {

void append(const c10::IValue& value, std::vector<at::Tensor>& results) {
    if (value.isTensor()) {
        results.push_back(value.toTensor());
    } else if (value.isTuple()) {
        for (const c10::IValue& element : value.toTupleRef().elements())
            append(element, results);
    } else if (value.isTensorList()) {
        for (const at::Tensor& element : value.toTensorVector())
            results.push_back(element);
    } else if (value.isList()) {
        for (const c10::IValue& element : value.toListRef())
            append(element, results);
    } else {
        throw JobError(Errc::bad_output,
                       "the model returned a " + value.tagKind() +
                           " where a tensor, or a tuple or list of tensors, is due",
                       "wrap the network in a module that returns tensors, and export that");
    }
}

class TorchScriptNetwork final : public Network {
  public:
    TorchScriptNetwork(MappedModule module, const ipc::WorkerLoad& request, c10::Device device)
        : device_(device),
          file_(std::move(module.file)),
          module_(std::move(module.module)),
          forward_(module_.get_method("forward")),
          weights_(weigh(module_)),
          mapped_(file_ != nullptr && bytes_within(module_, file_->bytes()) > weights_.bytes / 2),
          precision_(scalar_type_of(request.options.precision)),
          channels_last_(request.options.channels_last),
          load_threads_(read_threads(request.options.load_threads)) {
        for (const ipc::TensorSpec& output : request.outputs)
            declared_.push_back(to_scalar_type(output.dtype));
        if (!mapped_) file_.reset();  // held by what is left in it
    }

    std::vector<at::Tensor> forward(std::vector<at::Tensor> inputs) override {
        std::vector<c10::IValue> stack;
        stack.reserve(inputs.size() + 1);
        for (at::Tensor& input : inputs)
            stack.emplace_back(taken(std::move(input)));
        std::vector<at::Tensor> results;
        append(forward_(std::move(stack)), results);
        if (precision_)
            for (std::size_t i = 0; i < std::min(results.size(), declared_.size()); ++i)
                give_back(results[i], declared_[i]);
        return results;
    }
    std::uint64_t weight_bytes() const override { return weights_.bytes; }
    bool weights_are_mapped() const override { return mapped_; }
    void keep_in_memory() noexcept override {
        if (mapped_) file_->lock();
    }
    std::vector<ipc::LoadFact> facts() const override {
        const bool optimised =
            torch::jit::toGraphFunction(forward_.function()).get_executor().isOptimized();
        return {{"precision", std::string(weights_.types.most())},
                {"memory_format", weights_.channels_last ? "channels_last" : "contiguous"},
                {"frozen", weights_.attributes ? "no" : "yes"},
                {"graph", optimised ? "optimised" : "as loaded"},
                {"load_threads", std::to_string(load_threads_)}};
    }
    // Some to see what it is given, one to compile, one that finds it compiled.
    int runs_to_optimise() const override {
        return static_cast<int>(torch::jit::getNumProfiledRuns().load()) + 2;
    }

    // On the CPU there is nothing between hot and cold for it: what is mapped is there at once.
    bool can_park() const override { return device_.is_cuda(); }
    void park() override;
    void wake(LoadSteps& steps) override;

  private:
    // Floating-point inputs as the network computes: its caller knows nothing of that.
    at::Tensor taken(at::Tensor input) const {
        if (precision_ && input.is_floating_point()) input = input.to(*precision_);
        if (channels_last_ && input.dim() == 4)
            input = input.contiguous(at::MemoryFormat::ChannelsLast);
        return input;
    }
    static void give_back(at::Tensor& result, std::optional<c10::ScalarType> declared) {
        if (declared && c10::isFloatingType(*declared) && result.defined() &&
            result.is_floating_point())
            result = result.to(*declared);
    }

    c10::Device device_;
    std::shared_ptr<const MappedFile> file_;  // on the CPU, where it holds weights
    torch::jit::Module module_;
    torch::jit::Method forward_;
    Weights weights_;
    bool mapped_;  // most of the weights are the file's own pages
    std::optional<c10::ScalarType> precision_;
    std::vector<std::optional<c10::ScalarType>> declared_;  // of the outputs
    bool channels_last_;
    std::size_t load_threads_;
};

// A tensor's data change under it, so that what the optimised graph holds of it moves, too.
void TorchScriptNetwork::park() {
    std::vector<std::pair<at::Tensor, at::Tensor>> moves;
    for (const at::Tensor& tensor : tensors_of(module_)) {
        if (!tensor.is_cuda()) continue;
        at::Tensor copy = at::empty_like(
            tensor, tensor.options().device(at::kCPU).pinned_memory(true), std::nullopt);
        moves.emplace_back(tensor, copy.copy_(tensor));
    }
    for (const auto& [tensor, copy] : moves)
        tensor.set_data(copy);
}

void TorchScriptNetwork::wake(LoadSteps& steps) {
    steps.begin("to_device", weights_.bytes);
    std::uint64_t done = 0;
    for (const at::Tensor& tensor : tensors_of(module_)) {
        if (!tensor.is_pinned()) continue;
        done += tensor.nbytes();
        tensor.set_data(tensor.to(device_));
        steps.advance(std::min(done, weights_.bytes));
    }
}

void check_signature(const torch::jit::Module& module, const ipc::CodeSpec& code,
                     std::size_t inputs) {
    const auto method = module.find_method("forward");
    if (!method)
        throw JobError(Errc::bad_model, code.label + " has no method 'forward'",
                       "export a module with a forward");
    const auto& arguments = method->function().getSchema().arguments();  // the first is the module
    const auto required = std::count_if(arguments.begin(), arguments.end(),
                                        [](const auto& a) { return !a.default_value(); });
    if (static_cast<std::size_t>(required) <= inputs + 1 && inputs + 1 <= arguments.size()) return;
    throw JobError(Errc::bad_model,
                   code.label + " takes " + ipc::count_of(arguments.size() - 1, "input") +
                       " and model.toml declares " + std::to_string(inputs),
                   "make the [[input]]s of model.toml those of the network");
}

}  // namespace

std::unique_ptr<Network> load_torchscript(const ipc::WorkerLoad& request, std::size_t inputs,
                                          Device& device, LoadSteps& steps) {
    const ipc::CodeSpec& code = request.code;
    const std::size_t threads = read_threads(request.options.load_threads);
    MappedModule read =
        device.torch().is_cpu()
            ? map_module(code.file, threads, steps)
            : MappedModule{copy_module(code.file, device.torch(), threads, steps), {}};
    torch::jit::Module& module = read.module;

    check_signature(module, code, inputs);
    module.eval();
    shape_weights(module, request.options);
    return std::make_unique<TorchScriptNetwork>(std::move(read), request, device.torch());
}

}  // namespace samovar::worker
