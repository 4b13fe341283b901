#pragma once
// How a camera was held, and the way back.

#include <cstddef>
#include <cstdint>
#include <span>

namespace samovar::image::detail {

// The orientation in an APP1 segment ("Exif", two zeros, a TIFF header and its first directory);
// 1 where there is none or the segment is broken: a photo is worth more than its metadata.
std::uint8_t exif_orientation(std::span<const std::byte> app1) noexcept;

// Whether width and height change places.
constexpr bool is_transposed(std::uint8_t orientation) noexcept {
    return orientation >= 5;
}

// Rows of a picture as it is stored, into the upright picture.
class Upright {
  public:
    // `width` and `height` are those of the stored picture; `out` holds all of its RGB pixels.
    Upright(std::uint8_t orientation, std::uint32_t width, std::uint32_t height,
            std::span<std::byte> out) noexcept;
    // Row `y` of the stored picture and those below it: `rows` holds whole RGB rows. Several at
    // once let a rotation write whole cache lines.
    void put(std::uint32_t y, std::span<const std::byte> rows) const noexcept;

  private:
    std::byte* out_;
    std::uint32_t width_;
    // Where the stored pixel (0, 0) goes, and the steps to (1, 0) and (0, 1), in bytes.
    std::ptrdiff_t origin_ = 0, step_x_ = 0, step_y_ = 0;
};

}  // namespace samovar::image::detail
