#pragma once
#include <ATen/core/Tensor.h>

#include <vector>

#include "daemon/worker/engine/device.hpp"
#include "daemon/worker/engine/load.hpp"
#include "daemon/worker/tasks/still_wanted.hpp"

namespace samovar::worker {

// The network's answer to these inputs, whatever their number of rows: more than it takes at a time
// are given to it in parts, and fewer than a size that it takes are padded; the answers are joined
// again. Where memory runs out the parts are halved, down to one row. Of a model without batches
// it is one forward. Compute thread. Throws JobError (`cancelled` where a part is not wanted any
// more) and what LibTorch throws.
std::vector<at::Tensor> infer(const LoadedModel& model, std::vector<at::Tensor> inputs,
                              Device& device, const StillWanted& wanted);

// Throws JobError (`bad_output`) where a result has not this number of rows.
void check_rows(const LoadedModel& model, const std::vector<at::Tensor>& results,
                std::int64_t rows);

}  // namespace samovar::worker
