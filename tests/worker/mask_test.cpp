// Task `mask` against what eager PyTorch makes of the same pictures; make_data.py has the same
// table.

#include <gmock/gmock.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <iterator>

#include "ipc/image/encode.hpp"
#include "tests/worker/test_models.hpp"
#include "tests/worker/worker_process.hpp"

namespace samovar::tests {
namespace {

using ipc::Interpolation;
using testing::AllOf;
using testing::HasSubstr;

struct Case {
    std::string name;
    std::uint64_t height = 0, width = 0;
    ipc::MaskSpec mask;
};

ipc::MaskSpec mask(Interpolation interpolation = Interpolation::bilinear, bool antialias = false) {
    ipc::MaskSpec spec;
    spec.height = 32;
    spec.width = 40;
    spec.interpolation = interpolation;
    spec.antialias = antialias;
    return spec;
}
ipc::MaskSpec sigmoid(ipc::MaskSpec spec) {
    spec.sigmoid = true;
    return spec;
}
ipc::MaskSpec range(ipc::MaskSpec spec, float low, float high) {
    spec.low = low;
    spec.high = high;
    return spec;
}
ipc::MaskSpec normalised(ipc::MaskSpec spec) {
    spec.mean = {0.485F, 0.456F, 0.406F};
    spec.std = {0.229F, 0.224F, 0.225F};
    return spec;
}
ipc::MaskSpec sized(ipc::MaskSpec spec, std::uint32_t height, std::uint32_t width) {
    spec.height = height;
    spec.width = width;
    return spec;
}

std::vector<Case> cases() {
    return {
        {"shrink", 61, 83, mask()},
        {"grow", 20, 17, range(mask(), 0.1F, 0.6F)},
        {"nearest", 61, 47, mask(Interpolation::nearest, true)},
        {"bicubic", 45, 83, mask(Interpolation::bicubic)},
        {"antialias", 150, 70, range(sigmoid(mask(Interpolation::bilinear, true)), 0.4F, 0.7F)},
        {"bicubic_antialias", 61, 90, mask(Interpolation::bicubic, true)},
        {"normalised", 40, 50, sigmoid(normalised(mask()))},
        {"same", 32, 40, mask()},
        {"pixel", 1, 1, sized(mask(), 8, 8)},
    };
}

std::vector<std::uint8_t> picture(std::uint64_t height, std::uint64_t width) {
    std::vector<std::uint8_t> pixels;
    for (std::uint64_t y = 0; y < height; ++y)
        for (std::uint64_t x = 0; x < width; ++x)
            for (std::uint64_t c = 0; c < 3; ++c)
                pixels.push_back(static_cast<std::uint8_t>(y * 5 + x * 3 + c * 40 + x * y / 7));
    return pixels;
}

ipc::WorkerLoad masker(const ipc::MaskSpec& spec, const std::string& file = "mask.pt") {
    ipc::WorkerLoad load;
    load.model = 1;
    load.name = "masker";
    load.task = ipc::Task::mask;
    load.code = {SAMOVAR_TEST_DATA "/worker/" + file, ipc::CodeFormat::torchscript, "", file};
    load.mask = spec;
    return load;
}

std::vector<std::uint8_t> reference(const std::string& name) {
    std::ifstream file(SAMOVAR_TEST_DATA "/worker/mask_" + name + ".bin", std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}

// The largest difference of two pictures; 256 where their sizes differ.
int difference(std::span<const std::uint8_t> a, std::span<const std::uint8_t> b) {
    int most = a.size() == b.size() ? 0 : 256;
    for (std::size_t i = 0; i < std::min(a.size(), b.size()); ++i)
        most = std::max(most, std::abs(a[i] - b[i]));
    return most;
}

struct Answer {
    ipc::OutputTensor tensor;
    std::vector<std::uint8_t> pixels;
};

// A picture through slots: in at the channel's start, out behind it.
Answer run_in_slots(WorkerProcess& worker, const TestChannel& channel, std::uint64_t height,
                    std::uint64_t width, const char* output) {
    const std::vector<std::uint8_t> pixels = picture(height, width);
    std::ranges::copy(std::as_bytes(std::span(pixels)), channel.bytes().begin());
    const std::uint64_t behind = (pixels.size() + 63) / 64 * 64;
    ipc::RunJob run = job({slot_input(DType::uint8, {height, width, 3}, channel.id, 0)},
                          {{channel.id, behind, height * width * 4}});
    if (output != nullptr) run.params.push_back({"output", output});
    Answer answer;
    answer.tensor = worker.run(run).as<ipc::JobDone>().outputs.at(0);
    const auto bytes =
        channel.bytes().subspan(behind, tensor_bytes(DType::uint8, answer.tensor.shape).value());
    for (const std::byte b : bytes)
        answer.pixels.push_back(std::to_integer<std::uint8_t>(b));
    return answer;
}

TEST(Mask, is_what_eager_PyTorch_makes_of_the_same_picture) {
    WorkerProcess worker({"--threads", "2"});
    const TestChannel channel = worker.open_channel(1 << 20);
    for (const Case& each : cases()) {
        SCOPED_TRACE(each.name);
        worker.load(masker(each.mask)).as<ipc::WorkerLoaded>();
        const Answer alpha = run_in_slots(worker, channel, each.height, each.width, "alpha");
        EXPECT_EQ(alpha.tensor.name, "alpha");
        EXPECT_EQ(alpha.tensor.shape, (Shape{each.height, each.width}));
        const std::vector<std::uint8_t> expected = reference(each.name);
        EXPECT_LE(difference(alpha.pixels, expected), 1);
        // Not all one value, but for a picture of one pixel: else the comparison says little.
        EXPECT_EQ(std::ranges::adjacent_find(expected, std::not_equal_to()) == expected.end(),
                  each.name == "pixel");
    }
}

TEST(Mask, as_cutout_has_the_colours_of_the_picture_and_the_alpha) {
    WorkerProcess worker;
    const TestChannel channel = worker.open_channel(1 << 20);
    for (const Case& each : cases()) {
        SCOPED_TRACE(each.name);
        worker.load(masker(each.mask)).as<ipc::WorkerLoaded>();
        const Answer cutout = run_in_slots(worker, channel, each.height, each.width, nullptr);
        EXPECT_EQ(cutout.tensor.name, "cutout");
        EXPECT_EQ(cutout.tensor.shape, (Shape{each.height, each.width, 4}));
        std::vector<std::uint8_t> colours, alpha;
        for (std::size_t i = 0; i < cutout.pixels.size(); ++i)
            (i % 4 == 3 ? alpha : colours).push_back(cutout.pixels[i]);
        EXPECT_EQ(colours, picture(each.height, each.width));
        EXPECT_LE(difference(alpha, reference(each.name)), 1);
    }
}

TEST(Mask, of_a_small_picture_travels_in_the_message) {
    WorkerProcess worker;
    worker.load(masker(mask())).as<ipc::WorkerLoaded>();
    ipc::RunJob run = job({inline_input(DType::uint8, {61, 83, 3}, picture(61, 83))});
    run.params.push_back({"output", "alpha"});
    const auto done = worker.run(run).as<ipc::JobDone>();
    EXPECT_LE(difference(values_of<std::uint8_t>(done.outputs.at(0)), reference("shrink")), 1);
}

std::vector<std::byte> png_of(std::uint32_t height, std::uint32_t width) {
    const std::vector<std::uint8_t> pixels = picture(height, width);
    return image::encode_png(
               {std::as_bytes(std::span(pixels)), width, height, image::PixelFormat::rgb})
        .value();
}

TEST(Mask, of_an_encoded_picture_is_that_of_its_pixels) {
    WorkerProcess worker;
    worker.load(masker(mask())).as<ipc::WorkerLoaded>();
    const std::vector<std::byte> file = png_of(61, 83);
    const TestChannel channel = worker.open_channel(1 << 20);
    std::ranges::copy(file, channel.bytes().begin());
    for (const auto& input : {inline_input(DType::encoded_image, {file.size()}, file),
                              slot_input(DType::encoded_image, {file.size()}, channel.id, 0)}) {
        ipc::RunJob run = job({input});
        run.params.push_back({"output", "alpha"});
        const auto done = worker.run(run).as<ipc::JobDone>();
        EXPECT_EQ(done.outputs.at(0).shape, (Shape{61, 83}));
        EXPECT_LE(difference(values_of<std::uint8_t>(done.outputs[0]), reference("shrink")), 1);
    }
}

// ---- Refusals -----------------------------------------------------------------------------------

struct MaskRefusals : testing::Test {
    WorkerProcess worker;
    Error refused(const ipc::RunJob& run) { return worker.run(run).as<ipc::ErrorReply>().error; }
    MaskRefusals() { worker.load(masker(mask())).as<ipc::WorkerLoaded>(); }
};

TEST_F(MaskRefusals, other_parameters_name_those_that_there_are) {
    ipc::RunJob run = job({inline_input(DType::uint8, {2, 2, 3}, picture(2, 2))});
    run.params = {{"output", "outline"}};
    Error error = refused(run);
    EXPECT_EQ(error.code, Errc::invalid_argument);
    EXPECT_THAT(error.message, HasSubstr("'outline'"));
    EXPECT_THAT(error.hint, AllOf(HasSubstr("alpha"), HasSubstr("cutout")));
    run.params = {{"outputs", "alpha"}};
    EXPECT_EQ(refused(run).code, Errc::invalid_argument);
    run.params = {{"output", "alpha"}, {"output", "alpha"}};
    EXPECT_EQ(refused(run).code, Errc::invalid_argument);
}

TEST_F(MaskRefusals, what_is_no_picture) {
    const std::vector<std::uint8_t> bytes(12);
    for (const Shape& shape : {Shape{12}, Shape{3, 4}, Shape{3, 1, 4}, Shape{1, 1, 3, 4},
                               Shape{0, 4, 3}, Shape{4, 0, 3}}) {
        const auto input = inline_input(DType::uint8, shape,
                                        shape == Shape{12} || shape.size() == 2 || shape[0] != 0
                                            ? bytes
                                            : std::vector<std::uint8_t>());
        EXPECT_EQ(refused(job({input})).code, Errc::bad_input) << to_string(shape);
    }
    EXPECT_EQ(refused(job({inline_input(DType::float32, {1, 1, 3}, std::vector<float>(3))})).code,
              Errc::bad_input);
    EXPECT_EQ(refused(job({})).code, Errc::bad_input);
}

TEST_F(MaskRefusals, files_that_are_no_picture_or_a_broken_one) {
    std::vector<std::byte> file = png_of(61, 83);
    file.resize(file.size() / 2);
    EXPECT_EQ(refused(job({inline_input(DType::encoded_image, {file.size()}, file)})).code,
              Errc::bad_image);
    std::ranges::fill(file, std::byte{'x'});
    EXPECT_EQ(refused(job({inline_input(DType::encoded_image, {file.size()}, file)})).code,
              Errc::bad_image);
}

TEST_F(MaskRefusals, sides_beyond_the_limit) {
    const TestChannel channel = worker.open_channel(1 << 20);
    const Error error = refused(job({slot_input(DType::uint8, {70000, 1, 3}, channel.id, 0)}));
    EXPECT_EQ(error.code, Errc::bad_input);
    EXPECT_THAT(error.message, HasSubstr("65535"));
}

TEST_F(MaskRefusals, a_place_that_is_too_small_before_anything_is_inferred) {
    const Error error = refused(
        job({inline_input(DType::uint8, {61, 83, 3}, picture(61, 83))}, {{ipc::kInline, 0, 100}}));
    EXPECT_EQ(error.code, Errc::output_too_small);
    EXPECT_EQ(error.needed, 61U * 83U * 4U);
}

TEST_F(MaskRefusals, a_network_that_answers_something_else) {
    worker.load(masker(mask(), "nested.pt")).as<ipc::WorkerLoaded>();
    const Error error = refused(job({inline_input(DType::uint8, {2, 2, 3}, picture(2, 2))}));
    EXPECT_EQ(error.code, Errc::bad_output);
    EXPECT_THAT(error.message, AllOf(HasSubstr("3 tensors"), HasSubstr("[1, 1, 32, 40]")));
}

}  // namespace
}  // namespace samovar::tests
