#pragma once
#include <optional>
#include <vector>

#include <samovar/error.hpp>

#include "ipc/image/image.hpp"
#include "ipc/wire/messages.hpp"

namespace samovar::worker {

enum class MaskOutput { alpha, cutout };

// The file that a job wants of each picture that it is given.
struct Encoding {
    image::ImageFormat format{};
    int quality = 90;  // of a JPEG
    bool optimise = false;
};
// Takes `encode` = "jpeg" | "png", `quality` = 1 to 100 (of a JPEG) and `optimise` = "true" |
// "false" out of the parameters; nothing where there is no `encode`. Errors: `invalid_argument`.
Result<std::optional<Encoding>> take_encoding(std::vector<ipc::Param>& params);

// Task `tensor` knows no parameter. Errors: `invalid_argument`.
Result<void> read_tensor_params(const std::vector<ipc::Param>& params);
// Neither do the tasks of texts. Errors: `invalid_argument`.
Result<void> read_text_params(const std::vector<ipc::Param>& params);
// Task `mask` knows `output` = "alpha" | "cutout" (the default). Errors: `invalid_argument`.
Result<MaskOutput> read_mask_params(const std::vector<ipc::Param>& params);

}  // namespace samovar::worker
