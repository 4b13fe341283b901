#include "daemon/worker/tasks/lengths.hpp"

#include <ATen/ops/constant_pad_nd.h>

#include <algorithm>

namespace samovar::worker {
namespace {

// The axes of a tensor that are as long as a row, counted from 0; none of the rows themselves.
std::vector<std::size_t> length_axes(const LoadedModel& model,
                                     const std::vector<ipc::TensorSpec>& tensors, std::size_t i) {
    std::vector<std::size_t> axes;
    if (model.batch.length.empty() || i >= tensors.size()) return axes;
    const std::vector<ipc::Axis>& shape = tensors[i].shape;
    for (std::size_t axis = 1; axis < shape.size(); ++axis)
        if (shape[axis].name == model.batch.length) axes.push_back(axis);
    return axes;
}

}  // namespace

std::int64_t length_of(const LoadedModel& model, const std::vector<at::Tensor>& inputs) {
    for (std::size_t i = 0; i < inputs.size(); ++i)
        for (const std::size_t axis : length_axes(model, model.inputs, i))
            return inputs[i].size(static_cast<std::int64_t>(axis));
    return 0;
}

std::vector<std::int64_t> row_form(const LoadedModel& model, std::size_t position,
                                   const at::Tensor& tensor) {
    std::vector<std::int64_t> form = tensor.sizes().vec();
    for (const std::size_t axis : length_axes(model, model.inputs, position))
        form.at(axis) = ipc::bucket_of(form.at(axis), model.batch.buckets);
    form.erase(form.begin());
    return form;
}

std::int64_t padded_length(const LoadedModel& model, std::int64_t length) {
    if (length == 0 || !model.batch.pad_to_bucket) return length;
    return ipc::bucket_of(length, model.batch.buckets);
}

void pad_rows(const LoadedModel& model, std::vector<at::Tensor>& inputs, std::int64_t length) {
    for (std::size_t i = 0; i < inputs.size(); ++i) {
        at::Tensor& input = inputs[i];
        // For each axis, the last one first: how much before, how much behind.
        std::vector<std::int64_t> more(2 * static_cast<std::size_t>(input.dim()), 0);
        bool any = false;
        for (const std::size_t axis : length_axes(model, model.inputs, i)) {
            const std::int64_t missing = length - input.size(static_cast<std::int64_t>(axis));
            more[more.size() - 2 * axis - 1] = missing;
            any = any || missing > 0;
        }
        if (any) input = at::constant_pad_nd(input, more, 0);
    }
}

void cut_rows(const LoadedModel& model, std::vector<at::Tensor>& results, std::int64_t length) {
    for (std::size_t i = 0; i < results.size(); ++i)
        for (const std::size_t axis : length_axes(model, model.outputs, i)) {
            // What has another shape is told of where the output is written.
            const auto dim = static_cast<std::int64_t>(axis);
            if (results[i].dim() > dim && results[i].size(dim) > length)
                results[i] = results[i].narrow(dim, 0, length);
        }
}

}  // namespace samovar::worker
