#include "sample_files.hpp"

#include <gtest/gtest.h>
#include <stdio.h>  // jpeglib.h wants size_t and FILE

#include <jpeglib.h>
#include <png.h>

#include <array>
#include <cstdlib>
#include <functional>
#include <string_view>

namespace samovar::image::testing {

Bytes gradient(std::uint32_t width, std::uint32_t height, PixelFormat format) {
    const auto channels = static_cast<std::size_t>(format);
    Bytes pixels;
    pixels.reserve(channels * width * height);
    for (std::uint32_t y = 0; y < height; ++y)
        for (std::uint32_t x = 0; x < width; ++x)
            for (std::size_t c = 0; c < channels; ++c) {
                const std::uint32_t right = 255 * x / width, down = 255 * y / height;
                const std::array<std::uint32_t, 4> values{right, down, (right + down) / 2,
                                                          255 - right};
                pixels.push_back(static_cast<std::byte>(values[c]));
            }
    return pixels;
}

int largest_difference(std::span<const std::byte> a, std::span<const std::byte> b) {
    if (a.size() != b.size()) return 256;
    int largest = 0;
    for (std::size_t i = 0; i < a.size(); ++i)
        largest =
            std::max(largest, std::abs(std::to_integer<int>(a[i]) - std::to_integer<int>(b[i])));
    return largest;
}

Bytes decoded(std::span<const std::byte> file) {
    const Result<ImageInfo> info = probe(file);
    EXPECT_TRUE(info) << (info ? "" : describe(info.error()));
    if (!info) return {};
    Bytes pixels(static_cast<std::size_t>(info->rgb_bytes()));
    const Result<void> result = decode_rgb(file, pixels);
    EXPECT_TRUE(result) << describe(result.error());
    return pixels;
}

namespace {

void append_png(png_structp png, png_bytep bytes, std::size_t count) {
    auto* file = static_cast<Bytes*>(png_get_io_ptr(png));
    const auto part = std::as_bytes(std::span(bytes, count));
    file->insert(file->end(), part.begin(), part.end());
}

void describe_colours(png_structp png, png_infop info, const PngKind& kind) {
    if (kind.colour_type == PNG_COLOR_TYPE_PALETTE) {
        const std::array<png_color, 256> palette{{{255, 255, 255}, {255, 0, 0}}};
        png_set_PLTE(png, info, palette.data(), 1 << kind.bit_depth);
    }
    if (!kind.transparent_colour) return;
    png_byte alpha = 0;
    png_color_16 colour{};
    png_set_tRNS(png, info, &alpha, kind.colour_type == PNG_COLOR_TYPE_PALETTE ? 1 : 0, &colour);
}

}  // namespace

Bytes make_png(const PngKind& kind, std::uint32_t width, std::uint32_t height) {
    Bytes file;
    png_structp png = png_create_write_struct(PNG_LIBPNG_VER_STRING, nullptr, nullptr, nullptr);
    png_infop info = png_create_info_struct(png);
    png_set_write_fn(png, &file, append_png, nullptr);
    png_set_IHDR(png, info, width, height, kind.bit_depth, kind.colour_type,
                 kind.interlaced ? PNG_INTERLACE_ADAM7 : PNG_INTERLACE_NONE,
                 PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
    describe_colours(png, info, kind);
    png_write_info(png, info);
    const std::size_t row_bytes = png_get_rowbytes(png, info);
    std::vector<png_byte> samples(row_bytes * height);
    for (std::size_t i = 0; i < samples.size(); ++i)
        samples[i] = static_cast<png_byte>(i % 256);
    std::vector<png_bytep> rows(height);
    for (std::size_t y = 0; y < height; ++y)
        rows[y] = samples.data() + y * row_bytes;
    png_write_image(png, rows.data());
    png_write_end(png, nullptr);
    png_destroy_write_struct(&png, &info);
    return file;
}

namespace {

Bytes make_jpeg(std::uint32_t width, std::uint32_t height, int channels, J_COLOR_SPACE space,
                const std::vector<unsigned char>& samples,
                const std::function<void(jpeg_compress_struct&)>& adjust) {
    jpeg_compress_struct jpeg{};
    jpeg_error_mgr errors{};
    jpeg.err = jpeg_std_error(&errors);
    jpeg_create_compress(&jpeg);
    unsigned char* file = nullptr;
    unsigned long bytes = 0;
    jpeg_mem_dest(&jpeg, &file, &bytes);
    jpeg.image_width = width;
    jpeg.image_height = height;
    jpeg.input_components = channels;
    jpeg.in_color_space = space;
    jpeg_set_defaults(&jpeg);
    adjust(jpeg);
    jpeg_start_compress(&jpeg, TRUE);
    while (jpeg.next_scanline < height) {
        auto* row = const_cast<JSAMPLE*>(samples.data()) +
                    std::size_t{jpeg.next_scanline} * width * static_cast<std::size_t>(channels);
        jpeg_write_scanlines(&jpeg, &row, 1);
    }
    jpeg_finish_compress(&jpeg);
    jpeg_destroy_compress(&jpeg);
    const auto whole = std::as_bytes(std::span(file, bytes));
    Bytes result(whole.begin(), whole.end());
    std::free(file);
    return result;
}

}  // namespace

Bytes make_cmyk_jpeg(std::array<unsigned char, 4> ink, bool adobe) {
    std::vector<unsigned char> samples;
    for (int i = 0; i < 16 * 16; ++i)
        for (const unsigned char part : ink)
            samples.push_back(adobe ? static_cast<unsigned char>(255 - part) : part);
    return make_jpeg(16, 16, 4, JCS_CMYK, samples, [adobe](jpeg_compress_struct& jpeg) {
        jpeg.write_Adobe_marker = adobe ? TRUE : FALSE;
    });
}

Bytes make_progressive_jpeg(std::uint32_t width, std::uint32_t height) {
    const Bytes pixels = gradient(width, height, PixelFormat::rgb);
    std::vector<unsigned char> samples;
    for (const std::byte value : pixels)
        samples.push_back(std::to_integer<unsigned char>(value));
    return make_jpeg(width, height, 3, JCS_RGB, samples, [](jpeg_compress_struct& jpeg) {
        jpeg_set_quality(&jpeg, 95, TRUE);
        jpeg_simple_progression(&jpeg);
    });
}

Bytes with_orientation(const Bytes& jpeg, std::uint8_t orientation, bool big_endian) {
    // APP1 of 34 bytes: "Exif", a TIFF header, a directory of one entry, no next directory.
    using std::string_view_literals::operator""sv;
    std::string segment("\xff\xe1\x00\x22"sv);
    segment += "Exif\0\0"sv;
    if (big_endian) {
        segment += "MM\0\x2a\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0"sv;
        segment += std::string{static_cast<char>(orientation), 0, 0};
    } else {
        segment += "II\x2a\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0"sv;
        segment += std::string{static_cast<char>(orientation), 0, 0, 0};
    }
    segment += "\0\0\0\0"sv;
    const auto bytes = std::as_bytes(std::span(segment));
    Bytes file(jpeg.begin(), jpeg.begin() + 2);
    file.insert(file.end(), bytes.begin(), bytes.end());
    file.insert(file.end(), jpeg.begin() + 2, jpeg.end());
    return file;
}

}  // namespace samovar::image::testing
