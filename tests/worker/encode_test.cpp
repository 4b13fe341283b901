// Pictures that a job gives, as JPEG or PNG files.

#include <gmock/gmock.h>

#include <cstdlib>

#include "ipc/image/encode.hpp"
#include "ipc/image/image.hpp"
#include "tests/worker/test_models.hpp"
#include "tests/worker/worker_process.hpp"

namespace samovar::tests {
namespace {

using testing::HasSubstr;

constexpr std::uint32_t kHeight = 60, kWidth = 80;
using Params = std::vector<ipc::Param>;

// Smooth, so that a JPEG comes close to it.
std::vector<std::uint8_t> pixels() {
    std::vector<std::uint8_t> pixels;
    for (std::uint32_t y = 0; y < kHeight; ++y)
        for (std::uint32_t x = 0; x < kWidth; ++x)
            for (const std::uint32_t value : {y * 2, x * 2, (x + y) / 2})
                pixels.push_back(static_cast<std::uint8_t>(value));
    return pixels;
}
std::vector<ipc::TensorSpec> picture(const std::string& name) {
    return {spec(name, DType::uint8, {axis("height"), axis("width"), axis(3)}, true)};
}
ipc::RunJob picture_job(const Params& params) {
    ipc::RunJob run = job({inline_input(DType::uint8, {kHeight, kWidth, 3}, pixels())});
    run.params = params;
    return run;
}
ipc::Bytes decoded(const ipc::Bytes& file) {
    ipc::Bytes pixels(image::probe(file).value().rgb_bytes());
    image::decode_rgb(file, pixels).value();
    return pixels;
}
int difference(const ipc::Bytes& a, const ipc::Bytes& b) {
    int most = a.size() == b.size() ? 0 : 256;
    for (std::size_t i = 0; i < std::min(a.size(), b.size()); ++i)
        most = std::max(most, std::abs(std::to_integer<int>(a[i]) - std::to_integer<int>(b[i])));
    return most;
}

class Encoding : public testing::Test {
  protected:
    Encoding() {
        ipc::WorkerLoad load = torchscript("invert", picture("image"), picture("output"));
        worker_.load(load).as<ipc::WorkerLoaded>();
    }
    ipc::JobDone run(const ipc::RunJob& job) { return worker_.run(job).as<ipc::JobDone>(); }
    ipc::OutputTensor output(const Params& params) {
        return run(picture_job(params)).outputs.at(0);
    }
    Error refused(const ipc::RunJob& job) { return worker_.run(job).as<ipc::ErrorReply>().error; }

    WorkerProcess worker_;
};

TEST_F(Encoding, as_png_loses_nothing) {
    const ipc::OutputTensor raw = output({}), file = output({{"encode", "png"}});
    EXPECT_EQ(file.name, raw.name);
    EXPECT_EQ(file.dtype, DType::encoded_image);
    EXPECT_EQ(file.shape, Shape{file.data.size()});
    EXPECT_EQ(image::probe(file.data)->format, image::ImageFormat::png);
    EXPECT_EQ(decoded(file.data), raw.data);
}

TEST_F(Encoding, as_jpeg_comes_as_close_as_its_quality_says) {
    const ipc::OutputTensor raw = output({});
    const auto fine = output({{"encode", "jpeg"}, {"quality", "95"}});
    const auto coarse = output({{"encode", "jpeg"}, {"quality", "10"}});
    EXPECT_EQ(image::probe(fine.data)->format, image::ImageFormat::jpeg);
    EXPECT_LE(difference(decoded(fine.data), raw.data), 12);
    EXPECT_LT(coarse.data.size(), fine.data.size());
}

TEST_F(Encoding, is_smaller_and_the_same_picture_where_it_is_optimised) {
    const auto plain = output({{"encode", "jpeg"}});
    const auto optimised = output({{"encode", "jpeg"}, {"optimise", "true"}});
    EXPECT_LT(optimised.data.size(), plain.data.size());
    EXPECT_EQ(decoded(optimised.data), decoded(plain.data));
    const auto png = output({{"encode", "png"}, {"optimise", "true"}});
    EXPECT_EQ(decoded(png.data), output({}).data);
}

TEST_F(Encoding, goes_to_a_slot_and_says_how_large_one_must_be) {
    const TestChannel channel = worker_.open_channel(1 << 16);
    ipc::RunJob asked = picture_job({{"encode", "png"}});
    asked.outputs = {{channel.id, 0, 100}};
    const Error error = refused(asked);
    EXPECT_EQ(error.code, Errc::output_too_small);
    asked.outputs[0].capacity = error.needed;
    const ipc::OutputTensor given = run(asked).outputs.at(0);
    EXPECT_EQ(given.channel, channel.id);
    EXPECT_EQ(given.shape, Shape{error.needed});
    const auto bytes = channel.bytes().first(error.needed);
    EXPECT_EQ(decoded({bytes.begin(), bytes.end()}), output({}).data);
}

TEST_F(Encoding, of_a_mask_is_of_its_alpha_or_of_its_cutout) {
    ipc::WorkerLoad load = torchscript("mask", {}, {});
    load.task = ipc::Task::mask;
    load.code.file = SAMOVAR_TEST_DATA "/worker/mask.pt";
    load.mask.height = 32;
    load.mask.width = 40;
    worker_.load(load).as<ipc::WorkerLoaded>();
    const auto alpha = output({{"output", "alpha"}, {"encode", "jpeg"}});
    EXPECT_EQ(alpha.name, "alpha");
    EXPECT_EQ(image::probe(alpha.data)->width, kWidth);
    EXPECT_EQ(image::probe(output({{"encode", "png"}}).data)->height, kHeight);
    const Error error = refused(picture_job({{"encode", "jpeg"}}));
    EXPECT_EQ(error.code, Errc::invalid_argument);
    EXPECT_THAT(error.message, HasSubstr("transparency"));
    EXPECT_THAT(error.hint, HasSubstr("png"));
}

TEST_F(Encoding, is_refused_where_nothing_is_a_picture) {
    ipc::WorkerLoad load =
        torchscript("signature", picture("image"), {spec("output", DType::float32, {axis(64)})});
    worker_.load(load).as<ipc::WorkerLoaded>();
    const Error error = refused(picture_job({{"encode", "png"}}));
    EXPECT_EQ(error.code, Errc::invalid_argument);
    EXPECT_THAT(error.message, HasSubstr("no picture"));
}

TEST_F(Encoding, is_kept_with_the_results_of_its_model) {
    ipc::WorkerLoad load = torchscript("invert", picture("image"), picture("output"));
    load.cache_bytes = 1 << 20;
    worker_.load(load).as<ipc::WorkerLoaded>();
    const ipc::JobDone first = run(picture_job({{"encode", "png"}}));
    EXPECT_FALSE(first.timings.cached);
    EXPECT_FALSE(run(picture_job({})).timings.cached) << "it asks for another answer";
    const ipc::JobDone again = run(picture_job({{"encode", "png"}}));
    EXPECT_TRUE(again.timings.cached);
    EXPECT_EQ(again.outputs.at(0).data, first.outputs.at(0).data);
}

TEST_F(Encoding, leaves_other_parameters_to_the_task) {
    EXPECT_THAT(refused(picture_job({{"encode", "png"}, {"size", "1"}})).message,
                HasSubstr("'size' is not known"));
}

}  // namespace
}  // namespace samovar::tests
