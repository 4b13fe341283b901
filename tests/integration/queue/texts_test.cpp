// Texts of several clients in one batch.

#include <cstring>

#include "tests/integration/queue/queue.hpp"

namespace samovar::tests {
namespace {

using testing::HasSubstr;

// What batch mates may change of a probability: sums of floats in another order.
constexpr float kTolerance = 1e-5F;

JobSpec one_text(const std::string& text, const std::string& model = "moods") {
    const auto end = static_cast<std::int64_t>(text.size());
    Input bytes{.name = "texts", .dtype = DType::uint8, .shape = {text.size()}};
    const auto letters = std::as_bytes(std::span(text));
    bytes.data.assign(letters.begin(), letters.end());
    Input ends{.name = "ends", .dtype = DType::int64, .shape = {1}};
    ends.data.resize(sizeof end);
    std::memcpy(ends.data.data(), &end, sizeof end);
    JobSpec spec{.model = model};
    spec.inputs.push_back(std::move(bytes));
    spec.inputs.push_back(std::move(ends));
    return spec;
}

class SharedTexts : public WithQueue {
  protected:
    std::vector<float> alone(const std::string& text) {
        return numbers_of(client.run(one_text(text), kLong).value());
    }
    std::uint64_t batches() { return client.info("moods")->batches; }
};

TEST_F(SharedTexts, run_together_and_give_each_client_its_own) {
    take("moods", "[batch]\nmax = 8\nmax_delay = \"10s\"\n");
    const std::vector<std::string> texts{"e a s", "n", "t u o i l k", "", "e e e"};
    const std::uint64_t before = batches();
    Job busy = keep_busy();
    std::vector<Client> clients;
    std::vector<Job> jobs;
    for (const std::string& text : texts) {
        clients.push_back(connect());
        jobs.push_back(clients.back().submit(one_text(text)).value());
    }
    wait_for_queued(5);
    std::vector<std::vector<float>> together;
    for (Job& job : jobs)
        together.push_back(numbers_of(job.wait(kLong).value()));
    busy.wait(kLong).value();
    EXPECT_EQ(batches() - before, 1U);
    for (std::size_t i = 0; i < texts.size(); ++i)
        EXPECT_THAT(together[i],
                    testing::Pointwise(testing::FloatNear(kTolerance), alone(texts[i])));
}

TEST_F(SharedTexts, fail_only_the_job_that_brings_no_utf_8) {
    take("moods", "[batch]\nmax = 8\nmax_delay = \"10s\"\n");
    Job busy = keep_busy();
    Job bad = client.submit(one_text("\xFF")).value();
    Job good = client.submit(one_text("e a s")).value();
    const auto refused = bad.wait(kLong);
    ASSERT_FALSE(refused);
    EXPECT_THAT(refused.error().message, HasSubstr("is no UTF-8 at its byte 0"));
    EXPECT_TRUE(good.wait(kLong));
    busy.wait(kLong).value();
}

TEST_F(SharedTexts, may_be_measured_for_the_number_that_goes_together) {
    take("cramped", "[batch]\nmax = \"auto\"\nmax_delay = \"10s\"\n");
    const ModelInfo info = client.info("cramped").value();
    std::size_t points = 0;
    for (const LoadFact& fact : info.last_load.facts)
        points += fact.name.starts_with("batch of ") ? 1 : 0;
    EXPECT_EQ(points, 4U) << "1, 2, 4, 8: beyond them memory runs out";
    EXPECT_GE(info.batch_rows, 1U);
    EXPECT_LE(info.batch_rows, 8U);

    const std::vector<std::string> texts{"e a s", "n", "t u o i l k", "e e e"};
    std::vector<std::vector<float>> by_themselves;
    for (const std::string& text : texts)
        by_themselves.push_back(numbers_of(client.run(one_text(text, "cramped"), kLong).value()));
    const std::uint64_t before = client.info("cramped")->batches;
    Job busy = keep_busy();
    std::vector<Job> jobs;
    for (const std::string& text : texts)
        jobs.push_back(client.submit(one_text(text, "cramped")).value());
    for (std::size_t i = 0; i < texts.size(); ++i)
        EXPECT_THAT(numbers_of(jobs[i].wait(kLong).value()),
                    testing::Pointwise(testing::FloatNear(kTolerance), by_themselves[i]));
    busy.wait(kLong).value();
    const std::uint64_t rows = info.batch_rows;
    EXPECT_EQ(client.info("cramped")->batches - before, (texts.size() + rows - 1) / rows);
}

// As many letters as the batch may have tokens, at the most that letters can be.
TEST_F(SharedTexts, are_no_more_than_a_batch_has_tokens) {
    take("moods", "[batch]\nmax = 32\nmax_tokens = 40\nmax_delay = \"10s\"\n");
    const std::uint64_t before = batches();
    Job busy = keep_busy();
    std::vector<Job> jobs;
    for (int i = 0; i < 4; ++i)
        jobs.push_back(client.submit(one_text("e a s n t u o")).value());
    for (Job& job : jobs)
        EXPECT_TRUE(job.wait(kLong));
    busy.wait(kLong).value();
    EXPECT_EQ(batches() - before, 2U) << "each counts as 13 letters and its two ends";
}

}  // namespace
}  // namespace samovar::tests
