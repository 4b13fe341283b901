#include <gtest/gtest.h>

#include "sample_files.hpp"

namespace samovar::image::testing {
namespace {

TEST(EncodePng, KeepsRgbToTheBit) {
    const Bytes picture = gradient(101, 57, PixelFormat::rgb);
    EXPECT_EQ(decoded(*encode_png({picture, 101, 57, PixelFormat::rgb})), picture);
}

TEST(EncodePng, KeepsGreyToTheBit) {
    const Bytes picture = gradient(33, 9, PixelFormat::grey);
    const Bytes pixels = decoded(*encode_png({picture, 33, 9, PixelFormat::grey}));
    ASSERT_EQ(pixels.size(), picture.size() * 3);
    for (std::size_t i = 0; i < picture.size(); ++i)
        EXPECT_EQ(pixels[3 * i], picture[i]);
}

TEST(EncodePng, KeepsStraightAlpha) {
    // Red at half alpha over white is (255, 127, 127).
    const Bytes red{std::byte{255}, std::byte{0}, std::byte{0}, std::byte{128}};
    const Bytes pixels = decoded(*encode_png({red, 1, 1, PixelFormat::rgba}));
    EXPECT_EQ(pixels, (Bytes{std::byte{255}, std::byte{127}, std::byte{127}}));
}

TEST(EncodePng, IsSmallerAndTheSamePictureWhereItIsOptimised) {
    const Bytes picture = gradient(200, 150, PixelFormat::rgb);
    const Pixels pixels{picture, 200, 150, PixelFormat::rgb};
    const Bytes file = *encode_png(pixels, /*optimise=*/true);
    EXPECT_LE(file.size(), encode_png(pixels)->size());
    EXPECT_EQ(decoded(file), picture);
}

TEST(EncodePng, RefusesBytesThatDoNotMakeThePicture) {
    const Bytes picture(99);
    const auto file = encode_png({picture, 10, 10, PixelFormat::grey});
    ASSERT_FALSE(file);
    EXPECT_EQ(file.error().code, Errc::invalid_argument);
    EXPECT_NE(file.error().message.find("10 x 10"), std::string::npos);
}

TEST(EncodePng, RefusesAPictureWithoutPixels) {
    EXPECT_FALSE(encode_png({{}, 0, 10, PixelFormat::rgb}));
}

TEST(EncodeJpeg, WritesSmallerFilesAtLowerQuality) {
    const Bytes picture = gradient(200, 200, PixelFormat::rgb);
    EXPECT_LT(encode_jpeg({picture, 200, 200, PixelFormat::rgb}, 20)->size(),
              encode_jpeg({picture, 200, 200, PixelFormat::rgb}, 95)->size());
}

TEST(EncodeJpeg, IsSmallerAndTheSamePictureWhereItIsOptimised) {
    const Bytes picture = gradient(200, 200, PixelFormat::rgb);
    const Pixels pixels{picture, 200, 200, PixelFormat::rgb};
    const Bytes plain = *encode_jpeg(pixels, 80), optimised = *encode_jpeg(pixels, 80, true);
    EXPECT_LT(optimised.size(), plain.size());
    EXPECT_EQ(decoded(optimised), decoded(plain));
}

TEST(EncodeJpeg, RefusesTransparencyAndOddQuality) {
    const Bytes picture = gradient(4, 4, PixelFormat::rgba);
    EXPECT_EQ(encode_jpeg({picture, 4, 4, PixelFormat::rgba}, 90).error().code,
              Errc::invalid_argument);
    const Bytes rgb = gradient(4, 4, PixelFormat::rgb);
    EXPECT_FALSE(encode_jpeg({rgb, 4, 4, PixelFormat::rgb}, 0));
    EXPECT_FALSE(encode_jpeg({rgb, 4, 4, PixelFormat::rgb}, 101));
}

TEST(EncodeJpeg, RefusesAPictureLongerThanTheFormatAllows) {
    const Bytes picture(65535);
    const auto file = encode_jpeg({picture, 65535, 1, PixelFormat::grey}, 90);
    ASSERT_FALSE(file);
    EXPECT_EQ(file.error().code, Errc::invalid_argument);
}

}  // namespace
}  // namespace samovar::image::testing
