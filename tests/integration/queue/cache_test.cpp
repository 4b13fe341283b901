// Results that models keep, on the way of their jobs through the daemon. Model "rows" answers each
// row with how many came together, so that what was computed anew can be told.

#include <filesystem>

#include <samovar/texts.hpp>

#include "ipc/image/encode.hpp"
#include "ipc/image/image.hpp"
#include "tests/integration/queue/queue.hpp"

namespace samovar::tests {
namespace {

using testing::ElementsAre;

const std::string kKeeping = "[cache]\nresults = \"1MiB\"\n";

class KeptResults : public WithQueue {
  protected:
    JobResult run(JobSpec spec, bool no_cache = false) {
        spec.no_cache = no_cache;
        return client.run(std::move(spec), kLong).value();
    }
    CacheStatus cache(const std::string& model) { return client.info(model).value().cache; }
};

TEST_F(KeptResults, are_told_of_in_the_timings_and_counted) {
    take("rows", kKeeping);
    const JobResult first = run(filled("rows", {1, 2}));
    const JobResult second = connect().run(filled("rows", {1, 2}), kLong).value();
    EXPECT_FALSE(first.timings.cached);
    EXPECT_TRUE(second.timings.cached);
    EXPECT_EQ(second.timings.inferred.count(), 0);
    EXPECT_LE(second.timings.queued + second.timings.prepared + second.timings.finished,
              second.timings.total);
    EXPECT_EQ(numbers_of(second), numbers_of(first));
    const CacheStatus known = cache("rows");
    EXPECT_EQ(known.limit, 1U << 20);
    EXPECT_EQ(known.results, 1U);
    EXPECT_GT(known.bytes, 0U);
    EXPECT_EQ(known.hits, 1U);
    for (const ModelStatus& model : client.status().value().models)
        EXPECT_EQ(model.cache.hits, model.name == "rows" ? 1U : 0U);
    EXPECT_EQ(client.info("rows")->jobs_done, 2U) << "a hit is a job like any other";
}

TEST_F(KeptResults, are_none_of_a_model_that_does_not_ask_for_them) {
    take("rows", "");
    run(filled("rows", {1, 2}));
    EXPECT_FALSE(run(filled("rows", {1, 2})).timings.cached);
    EXPECT_EQ(cache("rows").limit, 0U);
}

TEST_F(KeptResults, are_passed_where_a_job_asks_for_that) {
    take("rows", kKeeping);
    run(filled("rows", {1, 2}));
    EXPECT_FALSE(run(filled("rows", {1, 2}), true).timings.cached);
    EXPECT_FALSE(run(filled("rows", {1, 2}, 9), true).timings.cached);
    EXPECT_FALSE(run(filled("rows", {1, 2}, 9)).timings.cached) << "it was not kept";
    EXPECT_EQ(cache("rows").hits, 0U);
}

TEST_F(KeptResults, are_never_of_an_older_version) {
    take("throws", kKeeping);
    EXPECT_THAT(numbers_of(run(filled("throws", {1}, 4))), ElementsAre(2)) << "a square root";
    EXPECT_TRUE(run(filled("throws", {1}, 4)).timings.cached);
    const auto folder = daemon.models() / "throws";
    std::filesystem::copy_file(made_model("crash") / "model.pt", folder / "model.pt",
                               std::filesystem::copy_options::overwrite_existing);
    client.reload().value();
    const JobResult newer = run(filled("throws", {1}, 4));
    EXPECT_THAT(numbers_of(newer), ElementsAre(5)) << "x + 1";
    EXPECT_FALSE(newer.timings.cached);
    EXPECT_EQ(cache("throws").hits, 0U);
}

TEST_F(KeptResults, go_with_the_model_when_it_is_unloaded) {
    take("rows", kKeeping);
    run(filled("rows", {1, 2}));
    client.unload("rows").value();
    EXPECT_EQ(cache("rows").results, 0U);
    EXPECT_EQ(cache("rows").bytes, 0U);
    EXPECT_FALSE(run(filled("rows", {1, 2})).timings.cached);
}

TEST_F(KeptResults, leave_their_place_in_a_batch_to_others) {
    take("rows", kKeeping + "[batch]\nmax = 8\nmax_delay = \"10s\"\n");
    EXPECT_THAT(numbers_of(run(filled("rows", {1, 2}, 7))), ElementsAre(1));
    Job busy = keep_busy();
    std::vector<Job> jobs;
    for (const float x : {1.0F, 7.0F, 2.0F})
        jobs.push_back(client.submit(filled("rows", {1, 2}, x)).value());
    wait_for_queued(3);
    const JobResult first = jobs[0].wait(kLong).value(), kept = jobs[1].wait(kLong).value();
    EXPECT_THAT(numbers_of(first), ElementsAre(2));
    EXPECT_THAT(numbers_of(kept), ElementsAre(1));
    EXPECT_TRUE(kept.timings.cached);
    jobs[2].wait(kLong).value();
    busy.wait(kLong).value();
}

TEST_F(KeptResults, count_against_the_device_s_budget_from_the_first) {
    take("rows", "");
    const std::uint64_t without = client.info("rows").value().held_bytes;
    client.unload("rows").value();
    take("throws", "[cache]\nresults = \"512MiB\"\n");
    EXPECT_GE(client.info("throws").value().held_bytes, 512U << 20);
    EXPECT_LT(without, 512U << 20);
}

TEST_F(KeptResults, are_of_texts_too) {
    take("sentences", kKeeping);
    const TextModel model = TextModel::open(client, "sentences").value();
    const std::vector<std::string> texts{"the first", "and the second"};
    const TextAnswer first = model.run(texts, {}).value(), second = model.run(texts, {}).value();
    EXPECT_FALSE(first.timings.cached);
    EXPECT_TRUE(second.timings.cached);
    EXPECT_EQ(second.values, first.values);
    EXPECT_EQ(second.tokens, first.tokens);
    EXPECT_EQ(second.model_version, first.model_version);
    TextOptions fresh;
    fresh.no_cache = true;
    EXPECT_FALSE(model.run(texts, fresh).value().timings.cached);
}

// A picture that is sent as a file.
class SentFiles : public KeptResults {
  protected:
    static constexpr std::uint32_t kHeight = 20, kWidth = 30;

    std::vector<std::byte> pixels() const {
        std::vector<std::byte> pixels(std::size_t{3} * kHeight * kWidth);
        for (std::size_t i = 0; i < pixels.size(); ++i)
            pixels[i] = static_cast<std::byte>(i * 5);
        return pixels;
    }
    JobSpec inverting_file() const {
        const std::vector<std::byte> raw = pixels();
        Input input{.dtype = DType::encoded_image};
        input.data = image::encode_png({raw, kWidth, kHeight, image::PixelFormat::rgb}).value();
        input.shape = {input.data.size()};
        JobSpec spec{.model = "invert"};
        spec.inputs.push_back(std::move(input));
        return spec;
    }
    std::vector<std::byte> inverted() const {
        std::vector<std::byte> raw = pixels();
        for (std::byte& value : raw)
            value = ~value;
        return raw;
    }
};

TEST_F(SentFiles, are_decoded_by_the_worker_for_a_model_that_takes_pictures) {
    take("invert", "");
    EXPECT_EQ(run(inverting_file()).outputs.at(0).data, inverted());
}

TEST_F(SentFiles, come_back_as_files_where_the_job_asks_for_that) {
    take("invert", kKeeping);
    JobSpec spec = inverting_file();
    spec.params = {{"encode", "png"}};
    const JobResult first = run(std::move(spec));
    EXPECT_EQ(first.outputs.at(0).dtype, DType::encoded_image);
    std::vector<std::byte> decoded(inverted().size());
    image::decode_rgb(first.outputs[0].bytes(), decoded).value();
    EXPECT_EQ(decoded, inverted());
    spec = inverting_file();
    spec.params = {{"encode", "png"}};
    EXPECT_TRUE(run(std::move(spec)).timings.cached);
}

TEST_F(SentFiles, are_refused_to_a_model_that_counts_rows) {
    take("rows", "[batch]\nmax = 8\n");
    JobSpec spec = inverting_file();
    spec.model = "rows";
    const auto refused = client.run(std::move(spec), kLong);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, Errc::bad_input);
    EXPECT_THAT(refused.error().message, testing::HasSubstr("takes no encoded image"));
}

}  // namespace
}  // namespace samovar::tests
