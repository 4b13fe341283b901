#pragma once
// Pictures and files that the tests take apart.

#include <array>
#include <cstdint>
#include <vector>

#include "ipc/image/encode.hpp"
#include "ipc/image/image.hpp"

namespace samovar::image::testing {

using Bytes = std::vector<std::byte>;

// Smooth in both directions, different in each channel: JPEG changes it little.
Bytes gradient(std::uint32_t width, std::uint32_t height, PixelFormat format);

// The largest difference of two pictures of one size; 256 where the sizes differ.
int largest_difference(std::span<const std::byte> a, std::span<const std::byte> b);

// The pixels of a file, or a failed expectation.
Bytes decoded(std::span<const std::byte> file);

struct PngKind {
    int colour_type;  // PNG_COLOR_TYPE_*
    int bit_depth;
    bool interlaced = false;
    bool transparent_colour = false;  // a tRNS chunk: palette entry 0, grey 0 or RGB 0
};

// A PNG of `kind`, its samples counting up row by row from 0; a palette is white, red, then
// black.
Bytes make_png(const PngKind& kind, std::uint32_t width, std::uint32_t height);

// A CMYK JPEG of one colour, with Adobe's marker (ink inverted) or without.
Bytes make_cmyk_jpeg(std::array<unsigned char, 4> ink, bool adobe);
// A progressive JPEG of the gradient.
Bytes make_progressive_jpeg(std::uint32_t width, std::uint32_t height);

// The file with an EXIF segment that says `orientation`, in big-endian or little-endian order.
Bytes with_orientation(const Bytes& jpeg, std::uint8_t orientation, bool big_endian);

}  // namespace samovar::image::testing
