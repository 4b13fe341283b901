#pragma once
// JPEG and PNG files to pixels. Every byte may be hostile; none of it may change while it is read,
// so bytes in memory that another process can write are copied first.
//
// All functions are pure and may be called from any thread.

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include <samovar/error.hpp>

namespace samovar::image {

// The longest side of a picture: what the header of a JPEG can say.
inline constexpr std::uint32_t kMaxImageSide = 65535;
// Pixels of a picture: with 3 bytes each going in and 4 coming back (a cut-out), both still fit one
// channel of the largest size. More is an attack or a map, and no network takes it whole.
inline constexpr std::uint64_t kMaxImagePixels = 1ull << 28;
// Scans of a progressive JPEG, each of which costs a pass over all pixels; encoders write about
// ten.
inline constexpr int kMaxJpegScans = 500;

enum class ImageFormat : std::uint8_t { jpeg, png };
std::string_view to_string(ImageFormat format) noexcept;

struct ImageInfo {
    ImageFormat format{};
    // As people see the picture, that is after its orientation was applied.
    std::uint32_t width = 0, height = 0;
    // EXIF's orientation, 1 to 8; 1 is upright. Read from a JPEG's APP1 segment; always 1 for PNG,
    // where programs do not agree on it.
    std::uint8_t orientation = 1;

    std::uint64_t rgb_bytes() const noexcept { return std::uint64_t{3} * width * height; }
};

// Reads the header only. Errors: `bad_image` for what is no JPEG or PNG, for a broken header, and
// for a picture over the limits above; the message names which.
Result<ImageInfo> probe(std::span<const std::byte> file);

// The pixels of `file` into the first rgb_bytes() bytes of `out`: uint8 RGB [height, width, 3],
// upright. Greys, palettes and 16-bit samples become 8-bit RGB; a transparent PNG is laid over
// white; CMYK is converted without a colour profile, and embedded profiles are not applied. `out`
// is written front to back and never read, so it may be a slot. Errors: `bad_image` as probe(), and
// for a file that is corrupt or ends too early (`out` then holds a part of it); `output_too_small`,
// with the bytes needed.
Result<void> decode_rgb(std::span<const std::byte> file, std::span<std::byte> out);

}  // namespace samovar::image
