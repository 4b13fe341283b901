#include "daemon/worker/engine/torchscript_weights.hpp"

#include <torch/csrc/jit/ir/ir.h>

#include <functional>
#include <unordered_map>
#include <unordered_set>
#include <vector>

namespace samovar::worker {
namespace {

using torch::jit::Block;
using torch::jit::Node;

constexpr std::int64_t kPictureRank = 4;

bool is_tensor_constant(const Node& node) {
    return node.kind() == c10::prim::Constant && node.hasAttribute(c10::attr::value) &&
           node.kindOf(c10::attr::value) == torch::jit::AttributeKind::t;
}

void for_each_constant(Block& block, const std::function<void(Node&)>& call) {
    for (Node* node : block.nodes()) {
        if (is_tensor_constant(*node)) call(*node);
        for (Block* inner : node->blocks())
            for_each_constant(*inner, call);
    }
}

void for_each_constant(const torch::jit::Module& module, const std::function<void(Node&)>& call) {
    for (const torch::jit::Module& part : module.modules())
        for (const torch::jit::Method& method : part.get_methods())
            for_each_constant(*method.graph()->block(), call);
}

// Replaces each tensor by what `change` makes of it; those that were one stay one.
void replace_all(torch::jit::Module& module,
                 const std::function<at::Tensor(const at::Tensor&)>& change) {
    std::unordered_map<const c10::TensorImpl*, at::Tensor> made;
    std::vector<at::Tensor> kept;  // so that no address is used twice
    const auto changed = [&](const at::Tensor& tensor) -> const at::Tensor& {
        kept.push_back(tensor);
        const auto [entry, fresh] = made.try_emplace(tensor.unsafeGetTensorImpl());
        if (fresh) entry->second = change(tensor);
        return entry->second;
    };
    for (torch::jit::Module part : module.modules())
        for (const auto& attribute : part.named_attributes(/*recurse=*/false))
            if (attribute.value.isTensor() && attribute.value.toTensor().defined())
                part.setattr(attribute.name, changed(attribute.value.toTensor()));
    for_each_constant(module, [&](Node& node) {
        const at::Tensor& value = changed(node.t(c10::attr::value));
        node.t_(c10::attr::value, value);
        node.output()->inferTypeFrom(value);
    });
}

}  // namespace

Weights weigh(const torch::jit::Module& module) {
    Weights weights;
    std::unordered_set<const void*> counted;
    const auto add = [&](const at::Tensor& tensor) {
        if (!tensor.defined() || !tensor.has_storage()) return;
        if (!counted.insert(tensor.storage().data()).second) return;
        weights.bytes += tensor.storage().nbytes();
        weights.types.add(tensor.scalar_type(), tensor.storage().nbytes());
        // A kernel of one pixel, or of one channel, is both.
        if (tensor.dim() == kPictureRank && !tensor.is_contiguous() &&
            tensor.is_contiguous(at::MemoryFormat::ChannelsLast))
            weights.channels_last = true;
    };
    for (const at::Tensor& tensor : module.parameters()) {
        add(tensor);
        weights.attributes = true;
    }
    for (const at::Tensor& tensor : module.buffers()) {
        add(tensor);
        weights.attributes = true;
    }
    for_each_constant(module, [&](Node& node) { add(node.t(c10::attr::value)); });
    return weights;
}

std::uint64_t bytes_within(const torch::jit::Module& module, std::span<const std::byte> memory) {
    std::uint64_t bytes = 0;
    std::unordered_set<const void*> counted;
    for (const at::Tensor& tensor : tensors_of(module)) {
        if (!tensor.has_storage()) continue;
        const auto* data = static_cast<const std::byte*>(tensor.storage().data());
        if (data < memory.data() || data >= memory.data() + memory.size()) continue;
        if (counted.insert(data).second) bytes += tensor.storage().nbytes();
    }
    return bytes;
}

std::vector<at::Tensor> tensors_of(const torch::jit::Module& module) {
    std::vector<at::Tensor> tensors;
    std::unordered_set<const c10::TensorImpl*> taken;
    const auto add = [&](const at::Tensor& tensor) {
        if (tensor.defined() && taken.insert(tensor.unsafeGetTensorImpl()).second)
            tensors.push_back(tensor);
    };
    for (const at::Tensor& tensor : module.parameters())
        add(tensor);
    for (const at::Tensor& tensor : module.buffers())
        add(tensor);
    for_each_constant(module, [&](Node& node) { add(node.t(c10::attr::value)); });
    return tensors;
}

void shape_weights(torch::jit::Module& module, const ipc::LoadOptions& options) {
    const auto type = scalar_type_of(options.precision);
    // Before the precision: what is folded is computed once, as exactly as the file allows.
    if (options.freeze) module = torch::jit::freeze(module);
    if (!type && !options.channels_last) return;
    replace_all(module, [&](at::Tensor tensor) {
        if (type && tensor.is_floating_point()) tensor = tensor.to(*type);
        if (options.channels_last && tensor.dim() == kPictureRank)
            tensor = tensor.contiguous(at::MemoryFormat::ChannelsLast);
        return tensor;
    });
}

}  // namespace samovar::worker
