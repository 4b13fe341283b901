#pragma once
// The steps of task `mask` around the network.

#include <ATen/core/Tensor.h>

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "ipc/wire/worker_messages.hpp"

namespace samovar::worker {

// Along one axis: output element i is the sum over k of weight[k][i] * input[index[k][i]]. The same
// numbers as torch.nn.functional.interpolate with align_corners=False; `nearest` is its "nearest".
struct Taps {
    std::size_t count = 0;            // taps an element: 1, 2 or 4
    std::vector<std::int64_t> index;  // [count][size]
    std::vector<float> weight;        // [count][size]
};
Taps make_taps(std::int64_t input, std::int64_t output, ipc::Interpolation interpolation);

// uint8 [H, W, 3] to the network's float32 [1, 3, height, width], contiguous, on the picture's
// device: resized, then (pixel * scale - mean) / std.
at::Tensor prepare_picture(const at::Tensor& picture, const ipc::MaskSpec& spec);

// What the network answered as float32 [height, width]: the one mask, after the activation. Throws
// JobError (`bad_output`) for anything but one floating-point tensor of that size.
at::Tensor read_mask(const std::vector<at::Tensor>& results, const ipc::MaskSpec& spec);

// The mask at the picture's size as uint8 alpha: resized bilinearly, stretched from [low, high] to
// 0..255, rounded. With `cutout` [H, W, 4], the picture's colours and the alpha, else [H, W].
// On a CPU into `out`, row by row, so that a large picture makes no large intermediate.
void finish_on_cpu(const at::Tensor& mask, const at::Tensor& picture, const ipc::MaskSpec& spec,
                   bool cutout, std::span<std::byte> out);
// The same with tensor operations, on the picture's device.
at::Tensor finish_on_device(const at::Tensor& mask, const at::Tensor& picture,
                            const ipc::MaskSpec& spec, bool cutout);

}  // namespace samovar::worker
