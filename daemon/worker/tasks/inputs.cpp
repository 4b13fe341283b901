#include "daemon/worker/tasks/inputs.hpp"

#include <ATen/ops/from_blob.h>
#include <ATen/ops/ne.h>

#include <optional>
#include <vector>

#include "daemon/worker/engine/element_types.hpp"
#include "daemon/worker/job_error.hpp"

namespace samovar::worker {

std::span<const std::byte> input_bytes(const ipc::InputTensor& input, const std::string& what,
                                       Slots& slots) {
    const std::optional<std::uint64_t> bytes = tensor_bytes(input.dtype, input.shape);
    if (!bytes || element_size(input.dtype) == 0)
        throw JobError(Errc::bad_input, what + " has a type or a shape that cannot be",
                       "docs/models.md lists the element types");
    if (input.channel != ipc::kInline)
        return slots.at(input.channel, input.offset, *bytes, what, Errc::bad_input);
    if (input.data.size() != *bytes)
        throw JobError(Errc::bad_input, what + " needs " + std::to_string(*bytes) +
                                            " bytes and came with " +
                                            std::to_string(input.data.size()));
    return input.data;
}

at::Tensor input_tensor(const ipc::InputTensor& input, bool image, const std::string& what,
                        c10::Device device, Slots& slots) {
    const std::optional<c10::ScalarType> type = to_scalar_type(input.dtype);
    if (!type)
        throw JobError(Errc::bad_input,
                       what + " is of type " + std::string(to_string(input.dtype)) +
                           ", which this model does not take",
                       "docs/models.md lists the element types");
    const std::span<const std::byte> bytes = input_bytes(input, what, slots);
    const std::vector<std::int64_t> sizes(input.shape.begin(), input.shape.end());
    const bool truth = *type == c10::ScalarType::Bool;
    auto* address = const_cast<std::byte*>(bytes.data());  // a tensor has no const
    const at::Tensor view =
        at::from_blob(address, sizes, at::TensorOptions(truth ? c10::ScalarType::Byte : *type));
    if (device.is_cuda()) {
        const at::Tensor there = view.to(device, /*non_blocking=*/true);
        return truth ? at::ne(there, 0) : there;
    }
    if (truth) return at::ne(view, 0);
    const bool harmless = image || c10::isFloatingType(*type) || input.channel == ipc::kInline;
    return harmless ? view : view.clone();
}

std::string input_title(const std::string& name, std::size_t position) {
    return name.empty() ? "input " + std::to_string(position) : "input '" + name + "'";
}

}  // namespace samovar::worker
