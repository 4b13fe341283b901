#pragma once
#include <ATen/core/Tensor.h>

#include "daemon/worker/cache/result_cache.hpp"
#include "daemon/worker/tasks/slots.hpp"

namespace samovar::worker {

// The pixels of a JPEG or PNG file that a job brings: uint8 [height, width, 3] on the host,
// upright, not to be written to. The file is copied before it is looked at: a decoder must not read
// what the client can still change. `pictures`: those that were decoded before, to which it is
// added; null: none are kept. Throws JobError (`bad_image`).
at::Tensor decode_picture(const ipc::InputTensor& input, Slots& slots, ResultCache* pictures);

}  // namespace samovar::worker
