#pragma once
#include "ipc/image/encode.hpp"

namespace samovar::image::detail {

constexpr std::size_t row_bytes(const Pixels& pixels) noexcept {
    return std::size_t{pixels.width} * static_cast<std::size_t>(pixels.format);
}

// `invalid_argument` where the sizes are out of range or do not make the bytes.
Result<void> check_pixels(const Pixels& pixels);

}  // namespace samovar::image::detail
