#include "daemon/worker/tasks/text_steps.hpp"

#include <ATen/ops/full.h>
#include <ATen/ops/zeros.h>

#include <algorithm>
#include <string>

#include "daemon/worker/job_error.hpp"
#include "ipc/words.hpp"

namespace samovar::worker {
namespace {

// As torch.nn.functional.normalize and sentence-transformers have them.
constexpr double kLeastLength = 1e-12, kLeastTokens = 1e-9;

std::string shape_in_words(const at::Tensor& tensor) {
    const Shape shape(tensor.sizes().begin(), tensor.sizes().end());
    return std::string(c10::toString(tensor.scalar_type())) + " " + to_string(shape);
}

// The one tensor of these sizes, as float32.
at::Tensor checked(const std::vector<at::Tensor>& results, const std::vector<std::int64_t>& sizes,
                   const std::string& in_words) {
    const std::string hint = "wrap the network in a module that returns just that, and export it";
    if (results.size() != 1)
        throw JobError(Errc::bad_output,
                       "the network returned " + ipc::count_of(results.size(), "tensor") +
                           " where the task takes one: " + in_words,
                       hint);
    const at::Tensor& result = results.front();
    if (!result.defined() || !result.is_floating_point() || result.sizes() != sizes)
        throw JobError(Errc::bad_output,
                       "the network returned " +
                           (result.defined() ? shape_in_words(result) : "nothing") +
                           " where the task takes floating point " + in_words + ", here " +
                           to_string(Shape(sizes.begin(), sizes.end())),
                       hint);
    return result.to(at::kFloat);
}

// The mean of the states where the mask is 1.
at::Tensor mean_of(const at::Tensor& states, const at::Tensor& mask) {
    const at::Tensor weights = mask.to(at::kFloat).unsqueeze(-1);
    return states.mul(weights).sum(1).div_(weights.sum(1).clamp_min_(kLeastTokens));
}

}  // namespace

TextTensors make_text_tensors(const text::TextModel& model,
                              std::span<const std::vector<std::int32_t>* const> texts,
                              std::uint32_t longest, c10::Device device) {
    const auto rows = static_cast<std::int64_t>(texts.size());
    const auto length = static_cast<std::int64_t>(longest);
    at::Tensor ids = at::full({rows, length}, model.pad_id(), at::kLong);
    at::Tensor mask = at::zeros({rows, length}, at::kLong);
    auto* id = ids.mutable_data_ptr<std::int64_t>();
    auto* known = mask.mutable_data_ptr<std::int64_t>();
    for (const std::vector<std::int32_t>* own : texts) {
        std::copy(own->begin(), own->end(), id);
        std::fill_n(known, own->size(), 1);
        id += length;
        known += length;
    }
    TextTensors tensors;
    tensors.mask = mask.to(device);
    for (const ipc::TextInput& input : model.spec().inputs) {
        switch (input.is) {
            case ipc::TextTensor::input_ids: tensors.inputs.push_back(ids.to(device)); break;
            case ipc::TextTensor::attention_mask: tensors.inputs.push_back(tensors.mask); break;
            case ipc::TextTensor::token_type_ids:
                tensors.inputs.push_back(
                    at::zeros({rows, length}, at::TensorOptions(at::kLong).device(device)));
                break;
        }
    }
    return tensors;
}

at::Tensor finish_texts(const std::vector<at::Tensor>& results, ipc::Task task,
                        const ipc::TextSpec& spec, const at::Tensor& mask) {
    const std::int64_t rows = mask.size(0), columns = spec.columns;
    if (task == ipc::Task::classify_text) {
        const at::Tensor logits = checked(results, {rows, columns}, "[rows, labels]");
        return spec.activation == ipc::Activation::sigmoid ? logits.sigmoid() : logits.softmax(-1);
    }
    at::Tensor embeddings;
    if (spec.pooling == ipc::Pooling::none) {
        embeddings = checked(results, {rows, columns}, "[rows, dims]");
    } else {
        const at::Tensor states =
            checked(results, {rows, mask.size(1), columns}, "[rows, length, dims]");
        embeddings =
            spec.pooling == ipc::Pooling::cls ? states.select(1, 0) : mean_of(states, mask);
    }
    if (!spec.normalise) return embeddings;
    return embeddings.div(embeddings.norm(2, {1}, /*keepdim=*/true).clamp_min_(kLeastLength));
}

}  // namespace samovar::worker
