#include "daemon/worker/engine/torchscript_network.hpp"

#include <caffe2/serialize/read_adapter_interface.h>
#include <torch/csrc/jit/api/module.h>
#include <torch/csrc/jit/ir/ir.h>
#include <torch/csrc/jit/serialization/import.h>

#include <algorithm>
#include <cstring>
#include <unordered_map>
#include <utility>

#include "daemon/worker/engine/mapped_file.hpp"
#include "daemon/worker/job_error.hpp"
#include "ipc/words.hpp"

namespace samovar::worker {
namespace {

// The file as LibTorch reads it, counted for the progress report.
class CountedFile final : public caffe2::serialize::ReadAdapterInterface {
  public:
    CountedFile(MappedFile file, LoadSteps& steps) : file_(std::move(file)), steps_(steps) {}
    std::size_t size() const override { return file_.bytes().size(); }
    std::size_t read(std::uint64_t position, void* into, std::size_t count,
                     const char*) const override {
        if (position >= size()) return 0;
        count = std::min(count, size() - static_cast<std::size_t>(position));
        std::memcpy(into, file_.bytes().data() + position, count);
        steps_.advance(done_ += count);
        return count;
    }

  private:
    MappedFile file_;
    LoadSteps& steps_;
    mutable std::uint64_t done_ = 0;
};

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
    TorchScriptNetwork(torch::jit::Module module, std::uint64_t bytes)
        : module_(std::move(module)), forward_(module_.get_method("forward")), bytes_(bytes) {}

    std::vector<at::Tensor> forward(std::vector<at::Tensor> inputs) override {
        std::vector<c10::IValue> stack;
        stack.reserve(inputs.size() + 1);
        for (at::Tensor& input : inputs)
            stack.emplace_back(std::move(input));
        std::vector<at::Tensor> results;
        append(forward_(std::move(stack)), results);
        return results;
    }
    std::uint64_t weight_bytes() const override { return bytes_; }

  private:
    torch::jit::Module module_;
    torch::jit::Method forward_;
    std::uint64_t bytes_;
};

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

using Storages = std::unordered_map<const void*, std::uint64_t>;

void collect(const at::Tensor& tensor, Storages& storages) {
    if (tensor.defined() && tensor.has_storage())
        storages[tensor.storage().data()] = tensor.storage().nbytes();
}

// Freezing has made constants of a network's parameters.
void collect(const torch::jit::Block& block, Storages& storages) {
    for (const torch::jit::Node* node : block.nodes()) {
        if (node->kind() == c10::prim::Constant && node->hasAttribute(c10::attr::value) &&
            node->kindOf(c10::attr::value) == torch::jit::AttributeKind::t)
            collect(node->t(c10::attr::value), storages);
        for (const torch::jit::Block* inner : node->blocks())
            collect(*inner, storages);
    }
}

std::uint64_t weight_bytes_of(const torch::jit::Module& module) {
    Storages storages;
    for (const at::Tensor& tensor : module.parameters())
        collect(tensor, storages);
    for (const at::Tensor& tensor : module.buffers())
        collect(tensor, storages);
    for (const torch::jit::Module& part : module.modules())
        for (const torch::jit::Method& method : part.get_methods())
            collect(*method.graph()->block(), storages);
    std::uint64_t bytes = 0;
    for (const auto& [data, size] : storages)
        bytes += size;
    return bytes;
}

}  // namespace

std::unique_ptr<Network> load_torchscript(const ipc::CodeSpec& code, std::size_t inputs,
                                          Device& device, LoadSteps& steps) {
    steps.begin("open");
    MappedFile file = take_or_throw(MappedFile::open(code.file));
    const std::uint64_t size = file.bytes().size();
    steps.begin("read", size);
    auto reader = std::make_shared<CountedFile>(std::move(file), steps);
    torch::jit::Module module = torch::jit::load(std::move(reader), device.torch());

    steps.begin("build");
    check_signature(module, code, inputs);
    module.eval();
    const std::uint64_t bytes = weight_bytes_of(module);
    return std::make_unique<TorchScriptNetwork>(std::move(module), bytes);
}

}  // namespace samovar::worker
