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
constexpr std::uint64_t kLargeSide = 1024, kLargeBytes = kLargeSide * kLargeSide * 3;
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

// A network that makes masks.
ipc::WorkerLoad masks() {
    ipc::WorkerLoad load = torchscript("mask", {}, {});
    load.task = ipc::Task::mask;
    load.code.file = SAMOVAR_TEST_DATA "/worker/mask.pt";
    load.mask.height = 32;
    load.mask.width = 40;
    return load;
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
    // A picture whose file takes long to make, from a slot to a slot.
    ipc::RunJob large_job(const TestChannel& channel) {
        std::uint32_t noise = 1;
        for (std::byte& value : channel.bytes().first(kLargeBytes))
            value = static_cast<std::byte>((noise = noise * 1664525 + 1013904223) >> 24);
        ipc::RunJob run =
            job({slot_input(DType::uint8, {kLargeSide, kLargeSide, 3}, channel.id, 0)},
                {{channel.id, kLargeBytes, channel.bytes().size() - kLargeBytes}});
        run.params = {{"encode", "png"}, {"optimise", "true"}};
        return run;
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
    worker_.load(masks()).as<ipc::WorkerLoaded>();
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

TEST_F(Encoding, is_done_while_the_next_job_runs) {
    const TestChannel channel = worker_.open_channel(4 * kLargeBytes);
    const std::uint64_t place = channel.bytes().size() - 4096;
    ipc::RunJob first = large_job(channel);
    first.outputs[0].capacity -= 4096;
    ipc::RunJob next = job({inline_input(DType::uint8, {1, 1, 3}, std::vector<std::uint8_t>(3))},
                           {{channel.id, place, 3}});
    const std::uint64_t earlier = worker_.ask_jobs(first), later = worker_.ask_jobs(next);
    do  // the second has run when its output is there
        worker_.health();
    while (channel.bytes()[place] == std::byte{0});
    EXPECT_FALSE(worker_.has_job_answer());
    EXPECT_EQ(worker_.job_answer().request, earlier);
    EXPECT_EQ(worker_.job_answer().request, later);
}

TEST_F(Encoding, is_written_when_its_job_is_answered) {
    const TestChannel channel = worker_.open_channel(4 * kLargeBytes);
    const ipc::RunJob asked = large_job(channel);
    const ipc::OutputTensor file = run(asked).outputs.at(0);
    const auto bytes = channel.bytes().subspan(kLargeBytes, file.shape.at(0));
    ipc::Bytes expected(channel.bytes().begin(), channel.bytes().begin() + kLargeBytes);
    for (std::byte& value : expected)
        value = ~value;
    EXPECT_EQ(decoded({bytes.begin(), bytes.end()}), expected);
}

TEST_F(Encoding, is_of_each_job_of_a_batch_and_refused_to_one_alone) {
    ipc::WorkerLoad load = masks();
    load.batch.rows = 8;
    worker_.load(load).as<ipc::WorkerLoaded>();
    std::vector<ipc::RunJob> jobs(4, picture_job({{"output", "alpha"}, {"encode", "png"}}));
    jobs[1].params.pop_back();
    jobs[2].outputs = {{ipc::kInline, 0, 10}};
    auto followers = static_cast<std::uint32_t>(jobs.size());
    std::vector<std::uint64_t> requests;
    for (ipc::RunJob& job : jobs) {
        job.followers = --followers;
        requests.push_back(worker_.ask_jobs(job));
    }
    std::vector<Message> answers;
    for (const std::uint64_t request : requests) {
        answers.push_back(worker_.job_answer());
        EXPECT_EQ(answers.back().request, request) << "in their order";
    }
    const ipc::OutputTensor first = answers[0].as<ipc::JobDone>().outputs.at(0);
    EXPECT_EQ(first.dtype, DType::encoded_image);
    EXPECT_EQ(answers[1].as<ipc::JobDone>().outputs.at(0).dtype, DType::uint8);
    EXPECT_EQ(answers[2].as<ipc::ErrorReply>().error.code, Errc::output_too_small);
    EXPECT_EQ(answers[3].as<ipc::JobDone>().outputs.at(0).data, first.data);
}

TEST_F(Encoding, is_told_among_the_times_of_its_job) {
    const TestChannel channel = worker_.open_channel(4 * kLargeBytes);
    ipc::RunJob asked = large_job(channel);
    const ipc::Timings file = run(asked).timings;
    asked.params.clear();
    EXPECT_GT(file.finished, run(asked).timings.finished * 2);
    EXPECT_GT(file.finished, file.inferred);
}

TEST_F(Encoding, leaves_other_parameters_to_the_task) {
    EXPECT_THAT(refused(picture_job({{"encode", "png"}, {"size", "1"}})).message,
                HasSubstr("'size' is not known"));
}

}  // namespace
}  // namespace samovar::tests
