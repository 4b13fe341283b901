#include "tests/integration/cli/samples.hpp"

#include <cstring>
#include <fstream>
#include <stdexcept>

#include "ipc/image/encode.hpp"
#include "tests/support/process.hpp"
#include "tests/unit/image/sample_files.hpp"

namespace samovar::tests {

namespace fs = std::filesystem;

void write_bytes(const fs::path& file, std::span<const std::byte> bytes) {
    std::ofstream out(file, std::ios::binary);
    out.write(reinterpret_cast<const char*>(bytes.data()),
              static_cast<std::streamsize>(bytes.size()));
    if (!out.flush()) throw std::runtime_error("cannot write " + file.string());
}

void write_photo(const fs::path& file, std::uint32_t width, std::uint32_t height) {
    const Bytes pixels = image::testing::gradient(width, height, image::PixelFormat::rgb);
    const image::Pixels photo{pixels, width, height, image::PixelFormat::rgb};
    const Result<Bytes> encoded =
        file.extension() == ".png" ? image::encode_png(photo) : image::encode_jpeg(photo, 90);
    if (!encoded) throw std::runtime_error(describe(encoded.error()));
    write_bytes(file, *encoded);
}

void write_count(const fs::path& file, std::int64_t count) {
    // 10 bytes, the header, and the elements at a multiple of 64.
    std::string header = "{'descr': '<i8', 'fortran_order': False, 'shape': (1,), }";
    header.resize(128 - 10 - 1, ' ');
    std::string text("\x93NUMPY\x01\x00\x76\x00", 10);
    text += header + "\n";
    text.resize(text.size() + sizeof count);
    std::memcpy(text.data() + text.size() - sizeof count, &count, sizeof count);
    write_bytes(file, std::as_bytes(std::span(text)));
}

Bytes bytes_of(const fs::path& file) {
    const std::string text = text_of(file);
    const auto bytes = std::as_bytes(std::span(text));
    return {bytes.begin(), bytes.end()};
}

image::ImageInfo header_of(const fs::path& file) {
    const Result<image::ImageInfo> info = image::probe(bytes_of(file));
    if (!info) throw std::runtime_error(file.string() + ": " + describe(info.error()));
    return *info;
}

Bytes pixels_of(const fs::path& file) {
    Bytes pixels(header_of(file).rgb_bytes());
    const Result<void> decoded = image::decode_rgb(bytes_of(file), pixels);
    if (!decoded) throw std::runtime_error(file.string() + ": " + describe(decoded.error()));
    return pixels;
}

Bytes inverted(Bytes pixels) {
    for (std::byte& element : pixels)
        element = ~element;
    return pixels;
}

}  // namespace samovar::tests
