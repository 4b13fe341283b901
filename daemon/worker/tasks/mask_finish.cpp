#include <ATen/Parallel.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/sigmoid.h>
#include <ATen/ops/upsample_bilinear2d.h>

#include <bit>
#include <cstring>
#include <string>

#include "daemon/worker/job_error.hpp"
#include "daemon/worker/tasks/mask_steps.hpp"

namespace samovar::worker {
namespace {

// Rows that one thread finishes at a time: a thousandth of a second's work at 4K.
constexpr std::int64_t kRowsAtOnce = 128;
// Added before the fraction is cut off, so that it is rounded.
constexpr float kHalf = 0.5F;

// From mask values to alpha's scale, the half for rounding included. Interpolating before or after
// is the same; clamping comes last.
at::Tensor stretch(const at::Tensor& mask, const ipc::MaskSpec& spec) {
    return mask.sub(spec.low).mul_(255.0F / (spec.high - spec.low)).add_(kHalf);
}

// Compiled twice and chosen when the program starts: with AVX2 a 4K picture takes a third of the
// time. alpha[i] = between(top[i], bottom[i]) cut to a byte; not-a-number gives 0.
[[gnu::target_clones("avx2", "default")]] void blend_row(const float* top, const float* bottom,
                                                         float share, std::uint8_t* alpha,
                                                         std::size_t width) {
    for (std::size_t i = 0; i < width; ++i) {
        float value = top[i] + share * (bottom[i] - top[i]);
        value = value > 0.0F ? value : 0.0F;
        value = value < 255.0F ? value : 255.0F;
        alpha[i] = static_cast<std::uint8_t>(static_cast<int>(value));
    }
}

// One 32-bit load and store a pixel. A tensor copy into a view with a stride of four bytes takes
// ten times as long.
void interleave_row(const std::uint8_t* rgb, const std::uint8_t* alpha, std::uint8_t* rgba,
                    std::size_t width) {
    static_assert(std::endian::native == std::endian::little);
    std::size_t i = 0;
    for (; i + 1 < width; ++i) {  // the load takes a byte of the next pixel
        std::uint32_t pixel = 0;
        std::memcpy(&pixel, rgb + 3 * i, 4);
        pixel = (pixel & 0x00FFFFFFU) | (static_cast<std::uint32_t>(alpha[i]) << 24);
        std::memcpy(rgba + 4 * i, &pixel, 4);
    }
    for (; i < width; ++i) {
        std::memcpy(rgba + 4 * i, rgb + 3 * i, 3);
        rgba[4 * i + 3] = alpha[i];
    }
}

}  // namespace

at::Tensor read_mask(const std::vector<at::Tensor>& results, const ipc::MaskSpec& spec) {
    const auto wrong = [&spec](const std::string& returned) {
        const std::string size = std::to_string(spec.height) + ", " + std::to_string(spec.width);
        return JobError(Errc::bad_output,
                        "the network returned " + returned + " where task mask takes one " +
                            "floating-point mask [1, 1, " + size + "]",
                        "make `size` in [mask] the network's, or wrap the network");
    };
    if (results.size() != 1) throw wrong(std::to_string(results.size()) + " tensors");
    const at::Tensor& mask = results.front();
    if (!mask.defined() || mask.layout() != c10::kStrided || !mask.is_floating_point())
        throw wrong("something else");
    std::vector<std::int64_t> got, want;
    std::string shape;
    for (const std::int64_t size : mask.sizes()) {
        if (size != 1) got.push_back(size);
        shape += (shape.empty() ? "[" : ", ") + std::to_string(size);
    }
    for (const std::int64_t size : {spec.height, spec.width})
        if (size != 1) want.push_back(size);
    if (got != want) throw wrong(shape + "]");
    const at::Tensor plain = mask.to(at::kFloat).reshape({spec.height, spec.width});
    return spec.sigmoid ? at::sigmoid(plain) : plain;
}

void finish_on_cpu(const at::Tensor& mask, const at::Tensor& picture, const ipc::MaskSpec& spec,
                   bool cutout, std::span<std::byte> out) {
    const std::int64_t height = picture.size(0), columns = picture.size(1);
    const auto width = static_cast<std::size_t>(columns);
    // First each row of the mask to the picture's width; then a row of the picture lies between
    // two.
    const at::Tensor wide =
        at::upsample_bilinear2d(stretch(mask, spec).view({1, 1, spec.height, spec.width}),
                                {spec.height, columns}, false)
            .contiguous();
    const float* source = wide.const_data_ptr<float>();
    const std::uint8_t* rgb = picture.const_data_ptr<std::uint8_t>();
    auto* target = reinterpret_cast<std::uint8_t*>(out.data());
    const Taps taps = make_taps(spec.height, height, ipc::Interpolation::bilinear);
    const auto rows = static_cast<std::size_t>(height);

    at::parallel_for(0, height, kRowsAtOnce, [&](std::int64_t begin, std::int64_t end) {
        std::vector<std::uint8_t> alpha(cutout ? width : 0);
        for (auto y = static_cast<std::size_t>(begin); y < static_cast<std::size_t>(end); ++y) {
            const float* top = source + static_cast<std::size_t>(taps.index[y]) * width;
            const float* bottom = source + static_cast<std::size_t>(taps.index[rows + y]) * width;
            std::uint8_t* row = cutout ? alpha.data() : target + y * width;
            blend_row(top, bottom, taps.weight[rows + y], row, width);
            if (cutout) interleave_row(rgb + 3 * y * width, row, target + 4 * y * width, width);
        }
    });
}

at::Tensor finish_on_device(const at::Tensor& mask, const at::Tensor& picture,
                            const ipc::MaskSpec& spec, bool cutout) {
    const std::int64_t height = picture.size(0), width = picture.size(1);
    const at::Tensor alpha =
        at::upsample_bilinear2d(stretch(mask, spec).view({1, 1, spec.height, spec.width}),
                                {height, width}, false)
            .nan_to_num_(0.0)
            .clamp_(0, 255)
            .to(at::kByte)
            .view({height, width, 1});
    return cutout ? at::cat({picture, alpha}, 2) : alpha.view({height, width});
}

}  // namespace samovar::worker
