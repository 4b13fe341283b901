#include "ipc/image/image.hpp"

#include <array>
#include <cstring>

#include "ipc/image/decoders.hpp"

namespace samovar::image {
namespace {

struct Signature {
    std::size_t offset;
    std::string_view bytes;
    std::string_view name;
};

constexpr std::string_view kPngSignature("\x89PNG\r\n\x1a\n", 8);
constexpr std::string_view kJpegSignature("\xff\xd8\xff", 3);

// Formats that people do have, so that the refusal can name them.
constexpr std::array<Signature, 8> kOthers{{
    {8, "WEBP", "a WebP"},
    {4, "ftypheic", "a HEIC"},
    {4, "ftypheix", "a HEIC"},
    {4, "ftypmif1", "a HEIF"},
    {4, "ftypavif", "an AVIF"},
    {0, "GIF8", "a GIF"},
    {0, "II*\0", "a TIFF"},
    {0, "BM", "a BMP"},
}};

bool has(std::span<const std::byte> file, std::size_t offset, std::string_view bytes) {
    return file.size() >= offset + bytes.size() &&
           std::memcmp(file.data() + offset, bytes.data(), bytes.size()) == 0;
}

Error unknown_format(std::span<const std::byte> file) {
    if (file.empty()) return detail::bad_image("the file is empty", "give a JPEG or PNG file");
    for (const Signature& other : kOthers)
        if (has(file, other.offset, other.bytes))
            return detail::bad_image(
                "the file is " + std::string(other.name) + ", not a JPEG or PNG",
                "convert it to one of these");
    return detail::bad_image("the file is neither a JPEG nor a PNG", "give one of these");
}

}  // namespace

std::string_view to_string(ImageFormat format) noexcept {
    return format == ImageFormat::jpeg ? "jpeg" : "png";
}

namespace detail {

Result<void> check_size(std::uint64_t width, std::uint64_t height) {
    const std::string size = std::to_string(width) + " x " + std::to_string(height) + " pixels";
    if (width == 0 || height == 0) return bad_image("the picture has " + size);
    if (width > kMaxImageSide || height > kMaxImageSide)
        return bad_image("the picture has " + size + ", and no side may be longer than " +
                             std::to_string(kMaxImageSide),
                         "cut or scale it down");
    if (width * height > kMaxImagePixels)
        return bad_image("the picture has " + size + ", together more than the " +
                             std::to_string(kMaxImagePixels) + " allowed",
                         "cut or scale it down");
    return {};
}

}  // namespace detail

Result<ImageInfo> probe(std::span<const std::byte> file) {
    if (has(file, 0, kJpegSignature)) return detail::probe_jpeg(file);
    if (has(file, 0, kPngSignature)) return detail::probe_png(file);
    return unknown_format(file);
}

Result<void> decode_rgb(std::span<const std::byte> file, std::span<std::byte> out) {
    const Result<ImageInfo> info = probe(file);
    if (!info) return info.error();
    const std::uint64_t bytes = info->rgb_bytes();
    if (out.size() < bytes)
        return Error{Errc::output_too_small,
                     "the picture has " + std::to_string(bytes) +
                         " bytes of pixels, and there is room for " + std::to_string(out.size()),
                     "give more room", bytes, 0};
    const auto pixels = out.first(static_cast<std::size_t>(bytes));
    return info->format == ImageFormat::jpeg ? detail::decode_jpeg(file, *info, pixels)
                                             : detail::decode_png(file, *info, pixels);
}

}  // namespace samovar::image
