#include "client/cli/run/inputs.hpp"

#include <gtest/gtest.h>

#include <cstring>

#include "client/cli/files.hpp"
#include "client/cli/half.hpp"
#include "client/cli/npy.hpp"
#include "ipc/image/encode.hpp"
#include "tests/support/process.hpp"
#include "tests/unit/cli/sample_models.hpp"

namespace samovar::cli {
namespace {

using Bytes = std::vector<std::byte>;

RunRequest request(std::vector<std::string> files,
                   std::vector<std::pair<std::string, std::string>> inputs) {
    RunRequest made;
    made.model = "add";
    made.files = std::move(files);
    made.inputs = std::move(inputs);
    return made;
}

std::string refusal(const RunRequest& wanted, const ModelInfo& model) {
    const Result<Inputs> inputs = Inputs::make(wanted, model);
    if (inputs) return "taken";
    EXPECT_EQ(inputs.error().code, Errc::invalid_argument);
    EXPECT_FALSE(inputs.error().hint.empty());
    return inputs.error().message;
}

class FileInputs : public testing::Test {
  protected:
    std::string write(const std::string& name, const Bytes& bytes) const {
        const std::string path = (folder_.path() / name).string();
        EXPECT_TRUE(write_file(path, bytes));
        return path;
    }
    std::string write_npy(DType dtype, const Shape& shape, const Bytes& elements) const {
        return write("x.npy", make_npy(dtype, shape, elements));
    }

  private:
    tests::TemporaryFolder folder_;
};

TEST(Inputs, AllByNameMakeAJobWithoutAFile) {
    const ModelInfo model = adding();
    const Result<Inputs> inputs =
        Inputs::make(request({}, {{"y", "[1,2]"}, {"x", "[3,4]"}}), model);
    ASSERT_TRUE(inputs) << inputs.error().message;
    EXPECT_EQ(inputs->of_file(), nullptr);
    EXPECT_EQ(inputs->shared_slot_bytes(), 0U);
}

TEST(Inputs, TheOneThatIsNotNamedIsForTheFiles) {
    const ModelInfo model = adding();
    const Result<Inputs> inputs = Inputs::make(request({"a.npy"}, {{"x", "[1]"}}), model);
    ASSERT_TRUE(inputs);
    ASSERT_NE(inputs->of_file(), nullptr);
    EXPECT_EQ(inputs->of_file()->name, "y");
}

TEST(Inputs, WhatDoesNotMakeUpTheModelsInputsIsRefused) {
    const ModelInfo model = adding();
    EXPECT_EQ(refusal(request({}, {}), model), "no file is given, and not every input by name");
    EXPECT_EQ(refusal(request({}, {{"x", "[1]"}}), model),
              "no file is given, and not every input by name");
    EXPECT_EQ(refusal(request({"a.npy"}, {}), model),
              "a file is one input, and the model takes more");
    EXPECT_EQ(refusal(request({"a.npy"}, {{"x", "[1]"}, {"y", "[1]"}}), model),
              "all inputs are given by name, so there is none for a.npy");
    EXPECT_EQ(refusal(request({}, {{"z", "[1]"}}), model), "the model has no input \"z\"");
    EXPECT_EQ(refusal(request({}, {{"x", "[1]"}, {"x", "[2]"}}), model),
              "input \"x\" is given twice");
    EXPECT_EQ(refusal(request({}, {{"x", "[1,\"a\"]"}}), model), "--input x: \"a\" is no float32");
}

TEST(Inputs, AFileThatIsNotThereIsNoMatterOfUsage) {
    const Result<Inputs> inputs =
        Inputs::make(request({}, {{"x", "nowhere.npy"}, {"y", "[1]"}}), adding());
    ASSERT_FALSE(inputs);
    EXPECT_EQ(inputs.error().code, Errc::io);
}

TEST(Inputs, SizesAreThoseOfTheNamedAxes) {
    std::vector<Input> inputs(1);
    inputs[0].name = "image";
    inputs[0].shape = {480, 640, 3};
    const auto sizes = sizes_of(inputs, cutting().inputs);
    EXPECT_EQ(sizes, (std::map<std::string, std::uint64_t>{{"height", 480}, {"width", 640}}));
    inputs[0].shape = {480, 640};
    EXPECT_TRUE(sizes_of(inputs, cutting().inputs).empty()) << "the daemon refuses it, not we";
}

TEST_F(FileInputs, APictureIsDecodedIntoGivenMemory) {
    Bytes pixels(2 * 3 * 3);
    for (std::size_t i = 0; i < pixels.size(); ++i)
        pixels[i] = std::byte(10 * i);
    const auto png = image::encode_png({pixels, 3, 2, image::PixelFormat::rgb});
    ASSERT_TRUE(png);
    const Result<FileInput> file = FileInput::open(write("x.png", *png), cutting().inputs[0]);
    ASSERT_TRUE(file) << file.error().message;
    EXPECT_EQ(file->dtype(), DType::uint8);
    EXPECT_EQ(file->shape(), (Shape{2, 3, 3}));
    Bytes memory(file->bytes() + 5, std::byte{0xEE});
    ASSERT_TRUE(file->decode(memory));
    EXPECT_TRUE(std::equal(pixels.begin(), pixels.end(), memory.begin()));
    EXPECT_EQ(memory.back(), std::byte{0xEE}) << "no byte beyond the picture";
}

TEST_F(FileInputs, ALargerSlotThanThePictureIsFine) {
    const Bytes pixels(3);
    const auto png = image::encode_png({pixels, 1, 1, image::PixelFormat::rgb});
    const Result<FileInput> file = FileInput::open(write("x.png", *png), cutting().inputs[0]);
    ASSERT_TRUE(file);
    Bytes memory(64);
    EXPECT_TRUE(file->decode(memory));
}

TEST_F(FileInputs, AnArrayGoesToAnyModel) {
    const Bytes elements(12, std::byte{7});
    const std::string path = write_npy(DType::uint8, {2, 2, 3}, elements);
    for (const TensorSpec& spec : {cutting().inputs[0], adding().inputs[0]}) {
        const Result<FileInput> file = FileInput::open(path, spec);
        ASSERT_TRUE(file) << file.error().message;
        EXPECT_EQ(file->shape(), (Shape{2, 2, 3}));
        Bytes memory(12);
        ASSERT_TRUE(file->decode(memory));
        EXPECT_EQ(memory, elements);
    }
}

TEST_F(FileInputs, AnEmptyArrayIsAnInputToo) {
    const Result<FileInput> file =
        FileInput::open(write_npy(DType::float32, {0}, {}), adding().inputs[0]);
    ASSERT_TRUE(file);
    EXPECT_EQ(file->bytes(), 0U);
    EXPECT_TRUE(file->decode({}));
}

TEST_F(FileInputs, BFloat16TakesTheFloat32ThatNumPyWrites) {
    const float values[] = {1.5F, -2.0F, 3.14159F};
    Bytes elements(sizeof values);
    std::memcpy(elements.data(), values, sizeof values);
    TensorSpec spec = adding().inputs[0];
    spec.dtype = DType::bfloat16;
    const Result<FileInput> file = FileInput::open(write_npy(DType::float32, {3}, elements), spec);
    ASSERT_TRUE(file);
    EXPECT_EQ(file->dtype(), DType::bfloat16);
    ASSERT_EQ(file->bytes(), 6U);
    std::uint16_t bits[3];
    ASSERT_TRUE(file->decode(std::as_writable_bytes(std::span(bits))));
    for (int i = 0; i < 3; ++i)
        EXPECT_EQ(bits[i], bfloat16_of_float(values[i]));
}

TEST_F(FileInputs, APictureDoesNotGoToAModelThatTakesNone) {
    const Bytes pixels(3);
    const auto png = image::encode_png({pixels, 1, 1, image::PixelFormat::rgb});
    const Result<FileInput> file = FileInput::open(write("x.png", *png), adding().inputs[0]);
    ASSERT_FALSE(file);
    EXPECT_EQ(file.error().code, Errc::bad_input);
    EXPECT_NE(file.error().hint.find("float32 [n]"), std::string::npos);
}

TEST_F(FileInputs, RubbishIsRefusedAsAPicture) {
    const Result<FileInput> file =
        FileInput::open(write("x.jpg", Bytes(100, std::byte{1})), cutting().inputs[0]);
    ASSERT_FALSE(file);
    EXPECT_EQ(file.error().code, Errc::bad_image);
}

}  // namespace
}  // namespace samovar::cli
