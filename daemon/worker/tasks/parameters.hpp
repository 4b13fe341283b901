#pragma once
#include <vector>

#include <samovar/error.hpp>

#include "ipc/wire/messages.hpp"

namespace samovar::worker {

enum class MaskOutput { alpha, cutout };

// Task `tensor` knows no parameter. Errors: `invalid_argument`.
Result<void> read_tensor_params(const std::vector<ipc::Param>& params);
// Neither do the tasks of texts. Errors: `invalid_argument`.
Result<void> read_text_params(const std::vector<ipc::Param>& params);
// Task `mask` knows `output` = "alpha" | "cutout" (the default). Errors: `invalid_argument`.
Result<MaskOutput> read_mask_params(const std::vector<ipc::Param>& params);

}  // namespace samovar::worker
