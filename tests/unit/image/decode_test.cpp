#include <gtest/gtest.h>
#include <png.h>

#include "sample_files.hpp"

namespace samovar::image::testing {
namespace {

constexpr int kJpegLoss = 6;  // of the gradient at quality 95, with 4:2:0 chroma

TEST(Probe, TellsTheSizeOfAJpegFromItsHeader) {
    const Bytes file =
        *encode_jpeg({gradient(70, 30, PixelFormat::rgb), 70, 30, PixelFormat::rgb}, 90);
    const Result<ImageInfo> info = probe(file);
    ASSERT_TRUE(info);
    EXPECT_EQ(info->format, ImageFormat::jpeg);
    EXPECT_EQ(info->width, 70U);
    EXPECT_EQ(info->height, 30U);
    EXPECT_EQ(info->orientation, 1);
    EXPECT_EQ(info->rgb_bytes(), 70U * 30 * 3);
}

TEST(Probe, TellsTheSizeOfAPngFromItsFirstChunk) {
    const Bytes file = make_png({PNG_COLOR_TYPE_RGB, 8}, 7, 3);
    const Result<ImageInfo> info = probe(std::span(file).first(33));
    ASSERT_TRUE(info);
    EXPECT_EQ(info->format, ImageFormat::png);
    EXPECT_EQ(info->width, 7U);
    EXPECT_EQ(info->height, 3U);
}

TEST(Decode, GivesTheColoursOfAJpeg) {
    const Bytes picture = gradient(64, 48, PixelFormat::rgb);
    EXPECT_LE(
        largest_difference(decoded(*encode_jpeg({picture, 64, 48, PixelFormat::rgb}, 95)), picture),
        kJpegLoss);
}

TEST(Decode, GivesTheColoursOfAProgressiveJpeg) {
    EXPECT_LE(largest_difference(decoded(make_progressive_jpeg(64, 48)),
                                 gradient(64, 48, PixelFormat::rgb)),
              kJpegLoss);
}

TEST(Decode, MakesThreeChannelsOfAGreyJpeg) {
    const Bytes grey = gradient(16, 16, PixelFormat::grey);
    const Bytes pixels = decoded(*encode_jpeg({grey, 16, 16, PixelFormat::grey}, 100));
    ASSERT_EQ(pixels.size(), grey.size() * 3);
    for (std::size_t i = 0; i < grey.size(); ++i) {
        EXPECT_NEAR(std::to_integer<int>(pixels[3 * i]), std::to_integer<int>(grey[i]), 2);
        EXPECT_EQ(pixels[3 * i], pixels[3 * i + 1]);
        EXPECT_EQ(pixels[3 * i], pixels[3 * i + 2]);
    }
}

TEST(Decode, TakesAdobesCmykAsInvertedInk) {
    const Bytes red = decoded(make_cmyk_jpeg({0, 255, 255, 0}, true));
    EXPECT_GE(std::to_integer<int>(red[0]), 250);
    EXPECT_LE(std::to_integer<int>(red[1]), 5);
    EXPECT_LE(std::to_integer<int>(red[2]), 5);
}

TEST(Decode, TakesPlainCmykAsInk) {
    const Bytes dark_cyan = decoded(make_cmyk_jpeg({255, 0, 0, 128}, false));
    EXPECT_LE(std::to_integer<int>(dark_cyan[0]), 5);
    EXPECT_NEAR(std::to_integer<int>(dark_cyan[1]), 127, 4);
    EXPECT_NEAR(std::to_integer<int>(dark_cyan[2]), 127, 4);
}

TEST(Decode, GivesAnRgbPngToTheBit) {
    const Bytes pixels = decoded(make_png({PNG_COLOR_TYPE_RGB, 8}, 5, 3));
    ASSERT_EQ(pixels.size(), 45U);
    for (std::size_t i = 0; i < pixels.size(); ++i)
        EXPECT_EQ(pixels[i], static_cast<std::byte>(i));
}

TEST(Decode, GivesAnInterlacedPngToTheBit) {
    EXPECT_EQ(decoded(make_png({PNG_COLOR_TYPE_RGB, 8, true}, 13, 11)),
              decoded(make_png({PNG_COLOR_TYPE_RGB, 8, false}, 13, 11)));
}

TEST(Decode, LooksUpAPalette) {
    // Two bits a pixel, the first byte 0: four times the palette's first colour.
    const Bytes pixels = decoded(make_png({PNG_COLOR_TYPE_PALETTE, 2}, 4, 2));
    EXPECT_EQ(pixels[0], std::byte{255});
    // The second row's byte is 1: three times colour 0, then colour 1, which is red.
    EXPECT_EQ(pixels[21], std::byte{255});
    EXPECT_EQ(pixels[22], std::byte{0});
    EXPECT_EQ(pixels[23], std::byte{0});
}

TEST(Decode, StretchesOneBitGreyToBlackAndWhite) {
    const Bytes pixels = decoded(make_png({PNG_COLOR_TYPE_GRAY, 1}, 8, 2));
    EXPECT_EQ(pixels[0], std::byte{0});
    EXPECT_EQ(pixels[pixels.size() - 1], std::byte{255});
}

TEST(Decode, RoundsSixteenBitsToEight) {
    // Samples 0x0001, 0x0203, 0x0405: the high byte, nearly.
    const Bytes pixels = decoded(make_png({PNG_COLOR_TYPE_RGB, 16}, 1, 1));
    EXPECT_EQ(pixels, (Bytes{std::byte{0}, std::byte{2}, std::byte{4}}));
}

TEST(Decode, LaysATransparentPngOverWhite) {
    // The first pixel is (0, 1, 2) with alpha 3: nearly white. The last is (252, 253, 254), alpha
    // 255.
    const Bytes pixels = decoded(make_png({PNG_COLOR_TYPE_RGB_ALPHA, 8}, 64, 1));
    EXPECT_EQ(pixels[0], std::byte{252});
    EXPECT_EQ(pixels[1], std::byte{252});
    EXPECT_EQ(pixels[189], std::byte{252});
    EXPECT_EQ(pixels[191], std::byte{254});
}

TEST(Decode, LaysAnInterlacedTransparentPngOverWhite) {
    EXPECT_EQ(decoded(make_png({PNG_COLOR_TYPE_GRAY_ALPHA, 8, true}, 13, 11)),
              decoded(make_png({PNG_COLOR_TYPE_GRAY_ALPHA, 8, false}, 13, 11)));
}

TEST(Decode, HonoursATransparentColour) {
    const Bytes grey = decoded(make_png({PNG_COLOR_TYPE_GRAY, 8, false, true}, 2, 1));
    EXPECT_EQ(grey[0], std::byte{255});  // grey 0 is transparent
    EXPECT_EQ(grey[3], std::byte{1});
    const Bytes palette = decoded(make_png({PNG_COLOR_TYPE_PALETTE, 8, false, true}, 2, 1));
    EXPECT_EQ(palette[0], std::byte{255});
    EXPECT_EQ(palette[3], std::byte{255});
    EXPECT_EQ(palette[4], std::byte{0});
}

TEST(Decode, SaysHowMuchRoomItNeeds) {
    const Bytes file = make_png({PNG_COLOR_TYPE_RGB, 8}, 5, 3);
    Bytes room(44);
    const Result<void> result = decode_rgb(file, room);
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().code, Errc::output_too_small);
    EXPECT_EQ(result.error().needed, 45U);
}

TEST(Decode, LeavesBytesBeyondThePictureAlone) {
    Bytes room(50, std::byte{7});
    ASSERT_TRUE(decode_rgb(make_png({PNG_COLOR_TYPE_RGB, 8}, 5, 3), room));
    for (std::size_t i = 45; i < room.size(); ++i)
        EXPECT_EQ(room[i], std::byte{7});
}

}  // namespace
}  // namespace samovar::image::testing
