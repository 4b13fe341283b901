// Encoded pictures, decoded by the worker once for all models that are given them.

#include <gmock/gmock.h>

#include "ipc/image/encode.hpp"
#include "tests/worker/test_models.hpp"
#include "tests/worker/worker_process.hpp"

namespace samovar::tests {
namespace {

using testing::HasSubstr;

constexpr std::uint32_t kHeight = 24, kWidth = 40;

std::vector<std::uint8_t> pixels_of(unsigned seed) {
    std::vector<std::uint8_t> pixels(std::size_t{3} * kHeight * kWidth);
    for (std::size_t i = 0; i < pixels.size(); ++i)
        pixels[i] = static_cast<std::uint8_t>(i * 7 + seed);
    return pixels;
}
std::vector<std::byte> png_of(unsigned seed) {
    const std::vector<std::uint8_t> pixels = pixels_of(seed);
    return image::encode_png(
               {std::as_bytes(std::span(pixels)), kWidth, kHeight, image::PixelFormat::rgb})
        .value();
}
std::vector<ipc::TensorSpec> picture_inputs(bool image = true) {
    return {spec("image", DType::uint8, {axis("height"), axis("width"), axis(3)}, image)};
}
ipc::WorkerLoad invert(std::uint32_t number, bool image = true) {
    ipc::WorkerLoad load = torchscript("invert", picture_inputs(image), picture_inputs(false));
    load.model = number;
    load.outputs[0].name = "output";
    return load;
}
ipc::WorkerLoad signature(std::uint32_t number) {
    ipc::WorkerLoad load =
        torchscript("signature", picture_inputs(), {spec("output", DType::float32, {axis(64)})});
    load.model = number;
    return load;
}
ipc::RunJob job_of(std::uint32_t model, ipc::InputTensor input) {
    ipc::RunJob run = job({std::move(input)});
    run.model = model;
    return run;
}
ipc::RunJob of_file(std::uint32_t model, const std::vector<std::byte>& file) {
    return job_of(model, inline_input(DType::encoded_image, {file.size()}, file));
}
ipc::RunJob of_pixels(std::uint32_t model, unsigned seed) {
    return job_of(model, inline_input(DType::uint8, {kHeight, kWidth, 3}, pixels_of(seed)));
}

class Decoding : public testing::Test {
  protected:
    explicit Decoding(const std::string& bytes = "1000000")
        : worker_({"--device", "cpu", "--log-level", "debug", "--decode-cache", bytes}) {
        worker_.load(invert(1)).as<ipc::WorkerLoaded>();
        worker_.load(signature(2)).as<ipc::WorkerLoaded>();
    }
    ipc::Bytes run(const ipc::RunJob& job) {
        return worker_.run(job).as<ipc::JobDone>().outputs.at(0).data;
    }
    Error refused(const ipc::RunJob& job) { return worker_.run(job).as<ipc::ErrorReply>().error; }
    // Pictures that were decoded so far.
    std::size_t decoded() const {
        const std::string log = worker_.log();
        std::size_t count = 0;
        for (std::size_t at = 0; (at = log.find("decoded a picture", at)) != log.npos; ++at)
            ++count;
        return count;
    }

    WorkerProcess worker_;
};

TEST_F(Decoding, is_done_once_for_all_models_that_are_given_a_picture) {
    const auto file = png_of(1);
    EXPECT_EQ(run(of_file(1, file)), run(of_pixels(1, 1)));
    EXPECT_EQ(run(of_file(2, file)), run(of_pixels(2, 1)));
    EXPECT_EQ(run(of_file(1, file)), run(of_pixels(1, 1)));
    EXPECT_EQ(decoded(), 1U);
}

TEST_F(Decoding, is_done_for_each_picture) {
    run(of_file(1, png_of(1)));
    EXPECT_EQ(run(of_file(1, png_of(2))), run(of_pixels(1, 2)));
    EXPECT_EQ(decoded(), 2U);
}

TEST_F(Decoding, is_done_again_for_a_job_that_wants_no_cache) {
    ipc::RunJob fresh = of_file(1, png_of(1));
    fresh.no_cache = true;
    run(fresh);
    run(of_file(1, png_of(1)));
    run(fresh);
    EXPECT_EQ(decoded(), 3U);
}

TEST_F(Decoding, forgets_its_pictures_when_a_model_makes_room) {
    run(of_file(1, png_of(1)));
    worker_.control_answer(worker_.ask_control(ipc::WorkerUnload{2})).as<ipc::Ok>();
    run(of_file(1, png_of(1)));
    EXPECT_EQ(decoded(), 2U);
}

TEST_F(Decoding, copies_the_file_so_that_the_client_may_write_to_its_slot) {
    const auto file = png_of(1), other = png_of(2);
    const TestChannel channel = worker_.open_channel(1 << 16);
    const auto of_slot = [&](const std::vector<std::byte>& content) {
        std::ranges::copy(content, channel.bytes().begin());
        return run(job_of(1, slot_input(DType::encoded_image, {content.size()}, channel.id, 0)));
    };
    EXPECT_EQ(of_slot(file), run(of_pixels(1, 1)));
    EXPECT_EQ(of_slot(other), run(of_pixels(1, 2)));
    EXPECT_EQ(of_slot(file), run(of_pixels(1, 1)));
    EXPECT_EQ(decoded(), 2U);
}

TEST_F(Decoding, refuses_a_broken_file_each_time) {
    std::vector<std::byte> file = png_of(1);
    file.resize(file.size() / 2);
    for (int i = 0; i < 2; ++i)
        EXPECT_EQ(refused(of_file(1, file)).code, Errc::bad_image);
    EXPECT_EQ(decoded(), 0U);
}

TEST_F(Decoding, refuses_a_picture_of_a_size_that_the_model_does_not_take) {
    ipc::WorkerLoad narrow = invert(3);
    narrow.inputs[0].shape[1] = axis(39);
    worker_.load(narrow).as<ipc::WorkerLoaded>();
    const Error error = refused(of_file(3, png_of(1)));
    EXPECT_EQ(error.code, Errc::bad_input);
    EXPECT_THAT(error.message, HasSubstr("is uint8 [24, 40, 3] where the model takes"));
}

TEST_F(Decoding, is_for_inputs_that_are_pictures_alone) {
    worker_.load(invert(3, false)).as<ipc::WorkerLoaded>();
    EXPECT_EQ(refused(of_file(3, png_of(1))).code, Errc::bad_input);
}

TEST_F(Decoding, goes_with_results_that_are_kept) {
    ipc::WorkerLoad keeping = invert(3);
    keeping.cache_bytes = 1 << 20;
    worker_.load(keeping).as<ipc::WorkerLoaded>();
    const auto file = png_of(1);
    EXPECT_EQ(run(of_file(3, file)), run(of_pixels(1, 1)));
    const auto again = worker_.run(of_file(3, file)).as<ipc::JobDone>();
    EXPECT_TRUE(again.timings.cached);
    EXPECT_FALSE(worker_.run(of_pixels(3, 1)).as<ipc::JobDone>().timings.cached)
        << "the same pixels are another job";
}

// Room for one picture of 2880 bytes with its file, and a kilobyte.
class DecodingWithLittleRoom : public Decoding {
  protected:
    DecodingWithLittleRoom() : Decoding(std::to_string(png_of(1).size() + 2880 + 1100)) {}
};

TEST_F(DecodingWithLittleRoom, lets_the_oldest_picture_go) {
    run(of_file(1, png_of(1)));
    run(of_file(1, png_of(1)));
    EXPECT_EQ(decoded(), 1U);
    run(of_file(1, png_of(2)));
    run(of_file(1, png_of(1)));
    EXPECT_EQ(decoded(), 3U);
}

class DecodingWithoutCache : public Decoding {
  protected:
    DecodingWithoutCache() : Decoding("0") {}
};

TEST_F(DecodingWithoutCache, is_done_each_time) {
    EXPECT_EQ(run(of_file(1, png_of(1))), run(of_pixels(1, 1)));
    EXPECT_EQ(run(of_file(2, png_of(1))), run(of_pixels(2, 1)));
    EXPECT_EQ(decoded(), 2U);
}

}  // namespace
}  // namespace samovar::tests
