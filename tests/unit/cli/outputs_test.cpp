#include "client/cli/run/outputs.hpp"

#include <gtest/gtest.h>

#include <filesystem>

#include "client/cli/files.hpp"
#include "client/cli/npy.hpp"
#include "ipc/image/image.hpp"
#include "tests/support/process.hpp"
#include "tests/unit/cli/sample_models.hpp"

namespace samovar::cli {
namespace {

Output output(DType dtype, Shape shape) {
    Output made;
    made.name = "out";
    made.dtype = dtype;
    made.data.resize(*tensor_bytes(dtype, shape));
    made.shape = std::move(shape);
    return made;
}

Places places(const std::string& out, const ModelInfo& model = adding()) {
    RunRequest request;
    request.model = "m";
    request.files = {"a.npy"};
    request.out = out;
    Result<Places> made = Places::make(request, model);
    EXPECT_TRUE(made) << made.error().message;
    return std::move(*made);
}

TEST(ExpectedBytes, AreKnownFromTheInputsSizes) {
    const TensorSpec cutout = cutting().outputs[0];
    EXPECT_EQ(expected_bytes(cutout, {{"height", 10}, {"width", 20}}), 800U);
    EXPECT_EQ(expected_bytes(cutout, {{"height", 10}}), std::nullopt);
    EXPECT_EQ(expected_bytes(splitting().outputs[1], {{"n", 3}}), std::nullopt);
    EXPECT_EQ(expected_bytes({"x", DType::float64, {}, false}, {}), 8U);
    EXPECT_EQ(expected_bytes({"x", DType::int16, {{"k", 7, 7}}, false}, {}), 14U)
        << "a name with one possible size";
}

TEST(IsPicture, UInt8OfOneThreeOrFourChannels) {
    for (const std::uint64_t channels : {1U, 3U, 4U})
        EXPECT_TRUE(is_picture(output(DType::uint8, {5, 6, channels}), false)) << channels;
    EXPECT_FALSE(is_picture(output(DType::uint8, {5, 6, 2}), false));
    EXPECT_FALSE(is_picture(output(DType::float32, {5, 6, 3}), false));
    EXPECT_FALSE(is_picture(output(DType::uint8, {5}), false));
    EXPECT_FALSE(is_picture(output(DType::uint8, {0, 6, 3}), false)) << "nothing to see";
    EXPECT_FALSE(is_picture(output(DType::uint8, {1, 65536, 1}), false)) << "too wide for a file";
    EXPECT_FALSE(is_picture(output(DType::uint8, {1, 5, 6, 3}), false));
}

TEST(IsPicture, WithoutChannelsOnlyAsTheAlphaOfAMask) {
    EXPECT_TRUE(is_picture(output(DType::uint8, {5, 6}), true));
    EXPECT_FALSE(is_picture(output(DType::uint8, {5, 6}), false));
}

TEST(Keep, SmallTensorsArePrintedWhereNothingWasSaid) {
    const Result<Kept> kept = keep(output(DType::float32, {2, 2}), places(""), 0, false);
    ASSERT_TRUE(kept);
    ASSERT_TRUE(kept->values);
    EXPECT_EQ(kept->values->dump(), "[[0.0,0.0],[0.0,0.0]]");
    EXPECT_TRUE(kept->file.empty());
    const Result<Kept> most = keep(output(DType::uint8, {1024}), places(""), 0, false);
    EXPECT_TRUE(most->values);
}

TEST(Keep, AFolderGetsThemAsNpy) {
    const tests::TemporaryFolder folder;
    const Result<Kept> kept =
        keep(output(DType::float32, {2, 2}), places(folder.path().string()), 0, false);
    ASSERT_TRUE(kept) << kept.error().message;
    EXPECT_EQ(kept->file, (folder.path() / "a-m.npy").string());
    EXPECT_FALSE(kept->values);
    const auto file = read_file(kept->file);
    ASSERT_TRUE(file);
    EXPECT_EQ(parse_npy(*file)->shape, (Shape{2, 2}));
}

TEST(Keep, APictureBecomesAPngOfItsSize) {
    const tests::TemporaryFolder folder;
    const Result<Kept> kept =
        keep(output(DType::uint8, {5, 6, 4}), places(folder.path().string()), 0, true);
    ASSERT_TRUE(kept) << kept.error().message;
    EXPECT_EQ(kept->file, (folder.path() / "a-m.png").string());
    const auto file = read_file(kept->file);
    const auto info = image::probe(*file);
    ASSERT_TRUE(info);
    EXPECT_EQ(info->width, 6U);
    EXPECT_EQ(info->height, 5U);
}

TEST(Keep, TheNameOfTheFileDecides) {
    const tests::TemporaryFolder folder;
    const auto at = [&](const char* name) { return (folder.path() / name).string(); };
    const Output picture = output(DType::uint8, {5, 6, 3});
    ASSERT_TRUE(keep(picture, places(at("x.npy")), 0, false));
    EXPECT_TRUE(is_npy(*read_file(at("x.npy"))));
    ASSERT_TRUE(keep(picture, places(at("x.PNG")), 0, false));
    EXPECT_TRUE(image::probe(*read_file(at("x.PNG"))));
    const Result<Kept> refused = keep(output(DType::float32, {2}), places(at("y.png")), 0, false);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, Errc::bad_output);
    EXPECT_FALSE(std::filesystem::exists(at("y.png")));
}

TEST(Keep, StandardOutputGetsTheFilesBytes) {
    const Result<Kept> kept = keep(output(DType::float32, {2}), places("-"), 0, false);
    ASSERT_TRUE(kept);
    EXPECT_TRUE(is_npy(kept->stream));
    EXPECT_TRUE(kept->file.empty());
}

}  // namespace
}  // namespace samovar::cli
