#include <gtest/gtest.h>
#include <png.h>

#include <string_view>

#include "sample_files.hpp"

namespace samovar::image::testing {
namespace {

Bytes bytes_of(std::string_view text) {
    const auto bytes = std::as_bytes(std::span(text));
    return {bytes.begin(), bytes.end()};
}

void put_big_endian(Bytes& file, std::size_t at, std::uint32_t value) {
    for (std::size_t i = 0; i < 4; ++i)
        file[at + i] = static_cast<std::byte>(value >> (24 - 8 * i));
}

Error refusal(const Bytes& file) {
    const Result<ImageInfo> info = probe(file);
    if (!info) return info.error();
    Bytes room(static_cast<std::size_t>(info->rgb_bytes()));
    const Result<void> result = decode_rgb(file, room);
    EXPECT_FALSE(result);
    return result.error();
}

TEST(HostileFile, EmptyIsRefused) {
    EXPECT_EQ(refusal({}).message, "the file is empty");
}

TEST(HostileFile, OtherFormatsAreNamed) {
    EXPECT_EQ(refusal(bytes_of({"RIFF\0\0\0\0WEBPVP8 ", 16})).message,
              "the file is a WebP, not a JPEG or PNG");
    EXPECT_EQ(refusal(bytes_of({"\0\0\0\x18"
                                "ftypheic",
                                12}))
                  .message,
              "the file is a HEIC, not a JPEG or PNG");
    EXPECT_EQ(refusal(bytes_of("hello, world")).message, "the file is neither a JPEG nor a PNG");
    EXPECT_EQ(refusal(bytes_of("hello, world")).code, Errc::bad_image);
}

TEST(HostileFile, PngOfTenThousandMillionPixelsIsRefusedFromItsHeader) {
    Bytes file = make_png({PNG_COLOR_TYPE_RGB, 8}, 5, 3);
    put_big_endian(file, 16, 100'000);
    put_big_endian(file, 20, 100'000);
    const Error error = probe(file).error();
    EXPECT_EQ(error.code, Errc::bad_image);
    EXPECT_EQ(error.message,
              "the picture has 100000 x 100000 pixels, and no side may be longer than 65535");
}

TEST(HostileFile, PngWithTooManyPixelsIsRefusedThoughItsSidesAreShortEnough) {
    Bytes file = make_png({PNG_COLOR_TYPE_RGB, 8}, 5, 3);
    put_big_endian(file, 16, 65'000);
    put_big_endian(file, 20, 65'000);
    EXPECT_NE(probe(file).error().message.find("268435456 allowed"), std::string::npos);
}

TEST(HostileFile, PngWithoutPixelsIsRefused) {
    Bytes file = make_png({PNG_COLOR_TYPE_RGB, 8}, 5, 3);
    put_big_endian(file, 16, 0);
    EXPECT_EQ(probe(file).error().message, "the picture has 0 x 3 pixels");
}

TEST(HostileFile, PngWhoseHeaderChecksumIsWrongIsRefused) {
    Bytes file = make_png({PNG_COLOR_TYPE_RGB, 8}, 5, 3);
    put_big_endian(file, 20, 4);
    EXPECT_NE(refusal(file).message.find("IHDR"), std::string::npos);
}

TEST(HostileFile, PngIsRefusedWhereverItIsCut) {
    const Bytes file = make_png({PNG_COLOR_TYPE_RGB_ALPHA, 8, true}, 16, 16);
    for (std::size_t bytes = 0; bytes < file.size(); ++bytes)
        EXPECT_EQ(refusal({file.begin(), file.begin() + static_cast<std::ptrdiff_t>(bytes)}).code,
                  Errc::bad_image)
            << "cut after " << bytes << " of " << file.size();
}

TEST(HostileFile, JpegIsRefusedWhereverItIsCut) {
    const Bytes file =
        *encode_jpeg({gradient(64, 64, PixelFormat::rgb), 64, 64, PixelFormat::rgb}, 90);
    for (std::size_t bytes = 0; bytes < file.size(); ++bytes)
        EXPECT_EQ(refusal({file.begin(), file.begin() + static_cast<std::ptrdiff_t>(bytes)}).code,
                  Errc::bad_image)
            << "cut after " << bytes << " of " << file.size();
}

TEST(HostileFile, JpegWithAMarkerAmongItsPixelsIsRefused) {
    Bytes file = *encode_jpeg({gradient(64, 64, PixelFormat::rgb), 64, 64, PixelFormat::rgb}, 90);
    file[file.size() / 2 + 200] = std::byte{0xff};
    file[file.size() / 2 + 201] = std::byte{0xd9};
    EXPECT_EQ(refusal(file).code, Errc::bad_image);
    EXPECT_NE(refusal(file).message.find("the JPEG is corrupt"), std::string::npos);
}

TEST(HostileFile, JpegWithPaddingBeforeItsEndIsTaken) {
    Bytes file = *encode_jpeg({gradient(64, 64, PixelFormat::rgb), 64, 64, PixelFormat::rgb}, 90);
    file.insert(file.end() - 2, {std::byte{0}, std::byte{0}, std::byte{0}});
    EXPECT_FALSE(decoded(file).empty());
}

TEST(HostileFile, JpegOfTooManyPixelsIsRefusedFromItsHeader) {
    Bytes file = *encode_jpeg({gradient(64, 64, PixelFormat::rgb), 64, 64, PixelFormat::rgb}, 90);
    for (std::size_t i = 0; i + 9 < file.size(); ++i)
        if (file[i] == std::byte{0xff} && file[i + 1] == std::byte{0xc0}) {
            put_big_endian(file, i + 5, 0xffdc'ffdc);  // 65500 high and wide, the most of libjpeg
            break;
        }
    const Error error = probe(file).error();
    EXPECT_EQ(error.code, Errc::bad_image);
    EXPECT_NE(error.message.find("65500 x 65500"), std::string::npos);
}

TEST(HostileFile, AnyByteChangedIsDecodedOrRefused) {
    const Bytes jpeg = make_progressive_jpeg(32, 32);
    const Bytes png = make_png({PNG_COLOR_TYPE_PALETTE, 4, true, true}, 19, 7);
    for (const Bytes& whole : {jpeg, png})
        for (std::size_t at = 0; at < whole.size(); ++at) {
            Bytes file = whole;
            file[at] ^= std::byte{0x55};
            const Result<ImageInfo> info = probe(file);
            if (!info || info->rgb_bytes() > 1u << 20) continue;
            Bytes room(static_cast<std::size_t>(info->rgb_bytes()));
            const Result<void> result = decode_rgb(file, room);
            EXPECT_TRUE(result || result.error().code == Errc::bad_image);
        }
}

}  // namespace
}  // namespace samovar::image::testing
