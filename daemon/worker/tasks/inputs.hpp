#pragma once
#include <ATen/core/Tensor.h>

#include <cstddef>
#include <span>
#include <string>

#include "daemon/worker/tasks/slots.hpp"
#include "ipc/wire/messages.hpp"

namespace samovar::worker {

// The bytes of an input where they lie: in the client's slot, which may change at any time, or in
// the message. Exactly as many as its type and shape say. Throws JobError.
std::span<const std::byte> input_bytes(const ipc::InputTensor& input, const std::string& what,
                                       Slots& slots);

// An input as a tensor on `device`. Floating-point elements and pictures (`image`) are viewed in
// place on a CPU; other elements are copied first, as a model may use them as indices; truth values
// become 0 or 1. Throws JobError.
at::Tensor input_tensor(const ipc::InputTensor& input, bool image, const std::string& what,
                        c10::Device device, Slots& slots);

// "input 'x'", or "input 0" where it has no name.
std::string input_title(const std::string& name, std::size_t position);

}  // namespace samovar::worker
