#include "daemon/worker/tasks/outputs.hpp"

#include <ATen/ops/from_blob.h>

#include <algorithm>
#include <cstring>
#include <optional>

#include <samovar/limits.hpp>

#include "daemon/worker/job_error.hpp"

namespace samovar::worker {

void copy_out(const at::Tensor& tensor, std::span<std::byte> memory) {
    // The common case, without LibTorch's dispatch and without waking its threads for a copy that
    // one of them makes as fast as the memory goes.
    if (tensor.is_cpu() && tensor.is_contiguous() && !tensor.is_neg()) {
        if (!memory.empty()) std::memcpy(memory.data(), tensor.const_data_ptr(), memory.size());
        return;
    }
    at::from_blob(memory.data(), tensor.sizes(), at::TensorOptions(tensor.scalar_type()))
        .copy_(tensor, /*non_blocking=*/true);
}

Outputs::Outputs(const std::vector<ipc::OutputPlace>& places, std::size_t count, Slots& slots)
    : answer_limit_(slots.answer_limit()) {
    if (places.size() > count)
        throw JobError(Errc::invalid_argument,
                       std::to_string(places.size()) + " places for outputs of a model that has " +
                           std::to_string(count),
                       "give at most one place for each output");
    places_.resize(count);
    answer_.reserve(count);  // open() hands out spans of its elements
    for (std::size_t i = 0; i < places.size(); ++i) {
        places_[i].wanted = places[i];
        if (places[i].channel == ipc::kInline) continue;
        places_[i].slot =
            slots.at(places[i].channel, places[i].offset, places[i].capacity,
                     "the place of output " + std::to_string(i), Errc::invalid_argument);
    }
}

std::span<std::byte> Outputs::open(std::size_t position, const std::string& name, DType dtype,
                                   const Shape& shape) {
    const std::optional<std::uint64_t> size = tensor_bytes(dtype, shape);
    if (!size)
        throw JobError(Errc::bad_output, "output '" + name + "' of shape " + to_string(shape) +
                                             " has more bytes than can be counted");
    const std::uint64_t bytes = *size;
    const Place& place = places_.at(position);
    const bool in_answer = place.wanted.channel == ipc::kInline;
    const std::uint64_t room =
        in_answer ? std::min(place.wanted.capacity, answer_limit_) : place.wanted.capacity;
    if (bytes > room)
        throw JobError(Errc::output_too_small,
                       "output '" + name + "' needs " + std::to_string(bytes) + " bytes and has " +
                           std::to_string(room),
                       "give it a slot of at least " + std::to_string(bytes) + " bytes", bytes);
    ipc::OutputTensor& output = answer_.emplace_back();
    output.name = name;
    output.dtype = dtype;
    output.shape = shape;
    if (in_answer) {
        output.data.resize(static_cast<std::size_t>(bytes));
        return output.data;
    }
    output.channel = place.wanted.channel;
    output.offset = place.wanted.offset;
    return place.slot.first(static_cast<std::size_t>(bytes));
}

}  // namespace samovar::worker
