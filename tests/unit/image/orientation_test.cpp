#include "ipc/image/orientation.hpp"

#include <gtest/gtest.h>

#include <string>

#include "sample_files.hpp"

namespace samovar::image::testing {
namespace {

using detail::Upright;

// The stored picture
//   A B C
//   D E F
// turned upright, as letters row by row.
std::string turned(std::uint8_t orientation, std::size_t rows_at_once) {
    const std::string stored = "AAABBBCCCDDDEEEFFF";
    const auto bytes = std::as_bytes(std::span(stored));
    Bytes out(bytes.size());
    const Upright upright(orientation, 3, 2, out);
    for (std::uint32_t y = 0; y < 2; y += static_cast<std::uint32_t>(rows_at_once))
        upright.put(y, bytes.subspan(std::size_t{y} * 9, rows_at_once * 9));
    std::string text;
    for (std::size_t i = 0; i < out.size(); i += 3)
        text += std::to_integer<char>(out[i]);
    return text;
}

TEST(Upright, PutsEveryOrientationUpright) {
    // What each value means: EXIF 2.32, 4.6.5.1.6, as "row 0 and column 0 are the visual ...".
    for (const std::size_t rows : {std::size_t{1}, std::size_t{2}}) {
        EXPECT_EQ(turned(1, rows), "ABCDEF");
        EXPECT_EQ(turned(2, rows), "CBAFED");  // top, right
        EXPECT_EQ(turned(3, rows), "FEDCBA");  // bottom, right
        EXPECT_EQ(turned(4, rows), "DEFABC");  // bottom, left
        EXPECT_EQ(turned(5, rows), "ADBECF");  // left, top
        EXPECT_EQ(turned(6, rows), "DAEBFC");  // right, top
        EXPECT_EQ(turned(7, rows), "FCEBDA");  // right, bottom
        EXPECT_EQ(turned(8, rows), "CFBEAD");  // left, bottom
    }
}

TEST(Orientation, IsReadInBothByteOrders) {
    const Bytes jpeg =
        *encode_jpeg({gradient(40, 24, PixelFormat::rgb), 40, 24, PixelFormat::rgb}, 95);
    for (const bool big_endian : {false, true})
        for (std::uint8_t orientation = 1; orientation <= 8; ++orientation) {
            const Result<ImageInfo> info = probe(with_orientation(jpeg, orientation, big_endian));
            ASSERT_TRUE(info);
            EXPECT_EQ(info->orientation, orientation);
            EXPECT_EQ(info->width, orientation >= 5 ? 24U : 40U);
            EXPECT_EQ(info->height, orientation >= 5 ? 40U : 24U);
        }
}

TEST(Orientation, TurnsTheWholePictureOfAPhone) {
    const Bytes jpeg =
        *encode_jpeg({gradient(40, 24, PixelFormat::rgb), 40, 24, PixelFormat::rgb}, 95);
    const Bytes stored = decoded(jpeg);
    const Bytes upright = decoded(with_orientation(jpeg, 6, true));
    ASSERT_EQ(upright.size(), stored.size());
    for (std::size_t y = 0; y < 40; ++y)
        for (std::size_t x = 0; x < 24; ++x)
            EXPECT_EQ(upright[(y * 24 + x) * 3], stored[((23 - x) * 40 + y) * 3]);
}

TEST(Orientation, BrokenMetadataIsTakenAsUpright) {
    const Bytes jpeg = *encode_jpeg({gradient(8, 8, PixelFormat::rgb), 8, 8, PixelFormat::rgb}, 95);
    EXPECT_EQ(probe(with_orientation(jpeg, 9, true))->orientation, 1);
    EXPECT_EQ(probe(with_orientation(jpeg, 0, false))->orientation, 1);
    const Bytes whole = with_orientation(jpeg, 6, true);
    const std::span app1 = std::span(whole).subspan(6, 32);
    EXPECT_EQ(detail::exif_orientation(app1), 6);
    for (std::size_t bytes = 0; bytes < 26; ++bytes)
        EXPECT_EQ(detail::exif_orientation(app1.first(bytes)), 1) << bytes;
}

}  // namespace
}  // namespace samovar::image::testing
