#pragma once
// Files for `samovar run`, and a look at what it wrote.

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <vector>

#include "ipc/image/image.hpp"

namespace samovar::tests {

using Bytes = std::vector<std::byte>;

// Writes a photo of this size, as PNG or as JPEG by the file's name.
void write_photo(const std::filesystem::path& file, std::uint32_t width, std::uint32_t height);
void write_bytes(const std::filesystem::path& file, std::span<const std::byte> bytes);
Bytes bytes_of(const std::filesystem::path& file);

// A .npy for model "sleepy": int64 [1].
void write_count(const std::filesystem::path& file, std::int64_t count);

// What the header of a picture says; throws where it is none.
image::ImageInfo header_of(const std::filesystem::path& file);
// Its pixels, uint8 RGB; throws where it is no whole picture.
Bytes pixels_of(const std::filesystem::path& file);
// 255 - x of each element, as model "invert" does it.
Bytes inverted(Bytes pixels);

}  // namespace samovar::tests
