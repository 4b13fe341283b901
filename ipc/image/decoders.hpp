#pragma once
// What probe() and decode_rgb() are made of.

#include "ipc/image/image.hpp"

namespace samovar::image::detail {

using Bytes = std::span<const std::byte>;

inline Error bad_image(std::string what, std::string hint = "") {
    return {Errc::bad_image, std::move(what), std::move(hint), 0, 0};
}

// `bad_image` where a side is 0 or the picture is over the limits.
Result<void> check_size(std::uint64_t width, std::uint64_t height);

Result<ImageInfo> probe_jpeg(Bytes file);
Result<ImageInfo> probe_png(Bytes file);
// `out` has exactly info.rgb_bytes() bytes.
Result<void> decode_jpeg(Bytes file, const ImageInfo& info, std::span<std::byte> out);
Result<void> decode_png(Bytes file, const ImageInfo& info, std::span<std::byte> out);

}  // namespace samovar::image::detail
