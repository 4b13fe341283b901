#include <ATen/ops/_upsample_bicubic2d_aa.h>
#include <ATen/ops/_upsample_bilinear2d_aa.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/from_blob.h>
#include <ATen/ops/index_select.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "daemon/worker/tasks/mask_steps.hpp"

namespace samovar::worker {
namespace {

using ipc::Interpolation;

// Rows of a picture that are converted to float at a time: 64 of 4K are 3 MB, which stays in cache.
constexpr std::int64_t kBandRows = 64;

// Keys's cubic kernel with a = -0.75, as in interpolate(mode="bicubic").
std::array<float, 4> cubic_weights(float t) {
    constexpr float a = -0.75F;
    const auto near = [](float x) { return ((a + 2) * x - (a + 3)) * x * x + 1; };
    const auto far = [](float x) { return ((a * x - 5 * a) * x + 8 * a) * x - 4 * a; };
    return {far(t + 1), near(t), near(1 - t), far(2 - t)};
}

at::Tensor to_tensor(const std::vector<std::int64_t>& numbers, at::Device device) {
    auto* data = const_cast<std::int64_t*>(numbers.data());
    return at::from_blob(data, {static_cast<std::int64_t>(numbers.size())}, at::kLong).to(device);
}

at::Tensor to_tensor(std::span<const float> numbers, at::IntArrayRef sizes, at::Device device) {
    auto* data = const_cast<float*>(numbers.data());
    return at::from_blob(data, sizes, at::kFloat).to(device);
}

// Only the pixels that count are touched: of a 4K picture for a small network, one in twenty.
at::Tensor resize_by_taps(const at::Tensor& picture, const ipc::MaskSpec& spec) {
    const std::int64_t height = spec.height, width = spec.width;
    const Taps rows = make_taps(picture.size(0), height, spec.interpolation);
    const Taps columns = make_taps(picture.size(1), width, spec.interpolation);
    const auto count = static_cast<std::int64_t>(rows.count);
    const at::Device device = picture.device();
    const at::Tensor pixels =
        at::index_select(at::index_select(picture, 0, to_tensor(rows.index, device)), 1,
                         to_tensor(columns.index, device));
    at::Tensor x =
        pixels.permute({2, 0, 1}).to(at::kFloat, false, true, at::MemoryFormat::Contiguous);
    if (count == 1) return x.unsqueeze(0);
    x = x.view({3, count, height, count, width});
    x = x.mul_(to_tensor(columns.weight, {count, width}, device)).sum(3);
    x = x.mul_(to_tensor(rows.weight, {count, height, 1}, device)).sum(1);
    return x.unsqueeze(0);
}

at::Tensor resize_antialiased(const at::Tensor& picture, const ipc::MaskSpec& spec) {
    const bool cubic = spec.interpolation == Interpolation::bicubic;
    const auto resize = [cubic](const at::Tensor& x, std::int64_t height, std::int64_t width) {
        return cubic ? at::_upsample_bicubic2d_aa(x, {height, width}, false)
                     : at::_upsample_bilinear2d_aa(x, {height, width}, false);
    };
    // The filter is separable: first each row alone, in bands, then the few columns that are left.
    std::vector<at::Tensor> bands;
    for (std::int64_t row = 0; row < picture.size(0); row += kBandRows) {
        const std::int64_t count = std::min(kBandRows, picture.size(0) - row);
        const at::Tensor band = picture.narrow(0, row, count).permute({2, 0, 1}).unsqueeze(0);
        bands.push_back(resize(band.to(at::kFloat, false, true, at::MemoryFormat::Contiguous),
                               count, spec.width));
    }
    return resize(at::cat(bands, 2), spec.height, spec.width);
}

}  // namespace

Taps make_taps(std::int64_t input, std::int64_t output, Interpolation interpolation) {
    Taps taps;
    taps.count = interpolation == Interpolation::nearest    ? 1
                 : interpolation == Interpolation::bilinear ? 2
                                                            : 4;
    const auto size = static_cast<std::size_t>(output);
    taps.index.resize(taps.count * size);
    taps.weight.resize(taps.count * size);
    const float scale = static_cast<float>(input) / static_cast<float>(output);
    const auto set = [&](std::size_t k, std::size_t i, std::int64_t index, float weight) {
        taps.index[k * size + i] = std::clamp<std::int64_t>(index, 0, input - 1);
        taps.weight[k * size + i] = weight;
    };
    for (std::size_t i = 0; i < size; ++i) {
        const auto at = static_cast<float>(i);
        float source = scale * (at + 0.5F) - 0.5F;
        if (interpolation == Interpolation::nearest) {
            set(0, i, static_cast<std::int64_t>(at * scale), 1);
            continue;
        }
        if (interpolation == Interpolation::bilinear) source = std::max(source, 0.0F);
        const float floor = std::floor(source);
        const auto first = static_cast<std::int64_t>(floor);
        const float t = source - floor;
        if (interpolation == Interpolation::bilinear) {
            set(0, i, first, 1 - t);
            set(1, i, first + 1, t);
        } else {
            const std::array<float, 4> weights = cubic_weights(t);
            for (std::size_t k = 0; k < 4; ++k)
                set(k, i, first - 1 + static_cast<std::int64_t>(k), weights[k]);
        }
    }
    return taps;
}

at::Tensor prepare_picture(const at::Tensor& picture, const ipc::MaskSpec& spec) {
    const bool antialias = spec.antialias && spec.interpolation != Interpolation::nearest;
    at::Tensor x = antialias ? resize_antialiased(picture, spec) : resize_by_taps(picture, spec);
    const at::Device device = picture.device();
    x = x.mul_(spec.scale).sub_(to_tensor(spec.mean, {3, 1, 1}, device));
    return x.div_(to_tensor(spec.std, {3, 1, 1}, device)).contiguous();
}

}  // namespace samovar::worker
