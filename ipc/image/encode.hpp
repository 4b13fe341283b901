#pragma once
// Pixels to JPEG and PNG files. Pure functions, for any thread.

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include <samovar/error.hpp>

namespace samovar::image {

// The number is the channels of a pixel.
enum class PixelFormat : std::uint8_t { grey = 1, rgb = 3, rgba = 4 };

// Uint8 pixels [height, width, channels] in C order.
struct Pixels {
    std::span<const std::byte> bytes;
    std::uint32_t width = 0, height = 0;
    PixelFormat format{};
};

// A PNG file, without loss. Straight (not premultiplied) alpha. Compressed for speed, see the .cpp
// for the figures; with `optimise` it is smaller by a fifth, and takes eight times as long. Errors:
// `invalid_argument` where the bytes do not fit the sizes or a side is 0 or above kMaxImageSide;
// `out_of_memory`.
Result<std::vector<std::byte>> encode_png(const Pixels& pixels, bool optimise = false);

// A baseline JPEG file; `quality` 1 to 100. With `optimise` its code is made for the picture: a few
// per cent smaller, by a second pass. Errors: as encode_png(), and `invalid_argument` for
// RGBA, which JPEG cannot hold.
Result<std::vector<std::byte>> encode_jpeg(const Pixels& pixels, int quality,
                                           bool optimise = false);

}  // namespace samovar::image
