// Jobs of several clients in one inference. Model "rows" answers each row with how many came
// together.

#include "tests/integration/queue/queue.hpp"

namespace samovar::tests {
namespace {

using testing::Each;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::SizeIs;

class SharedInference : public WithQueue {
  protected:
    // One-row jobs, each of another client.
    std::vector<Job> from_clients(std::size_t count, const std::string& model, const Shape& shape) {
        std::vector<Job> jobs;
        for (std::size_t i = 0; i < count; ++i) {
            clients_.push_back(connect());
            jobs.push_back(clients_.back().submit(filled(model, shape)).value());
        }
        return jobs;
    }

    std::vector<Client> clients_;
};

TEST_F(SharedInference, takes_what_has_come_while_the_worker_was_busy) {
    take("rows", "[batch]\nmax = 8\nmax_delay = \"10s\"\n");
    Job busy = keep_busy();
    std::vector<Job> jobs = from_clients(6, "rows", {1, 2});
    wait_for_queued(6);
    for (Job& job : jobs)
        EXPECT_THAT(numbers_of(job.wait(kLong).value()), ElementsAre(6));
    busy.wait(kLong).value();
    const ModelInfo info = client.info("rows").value();
    EXPECT_EQ(info.batch_rows, 8U);
    EXPECT_EQ(info.batch_delay, 10s);
    EXPECT_EQ(info.batches, 1U);
    EXPECT_EQ(info.jobs_done, 6U);
}

TEST_F(SharedInference, takes_no_more_rows_than_the_model_does) {
    take("rows", "[batch]\nmax = 2\n");
    Job busy = keep_busy();
    std::vector<Job> jobs = from_clients(6, "rows", {1, 2});
    for (Job& job : jobs)
        EXPECT_THAT(numbers_of(job.wait(kLong).value()), ElementsAre(2));
    busy.wait(kLong).value();
    EXPECT_EQ(client.info("rows")->batches, 3U);
}

TEST_F(SharedInference, is_none_between_jobs_of_other_shapes) {
    take("rows", "[batch]\nmax = 8\nmax_delay = \"10s\"\n");
    Job busy = keep_busy();
    std::vector<Job> narrow = from_clients(2, "rows", {1, 2});
    std::vector<Job> wide = from_clients(1, "rows", {1, 3});
    for (Job& job : narrow)
        EXPECT_THAT(numbers_of(job.wait(kLong).value()), ElementsAre(2));
    EXPECT_THAT(numbers_of(wide[0].wait(kLong).value()), ElementsAre(1));
    busy.wait(kLong).value();
}

TEST_F(SharedInference, is_none_of_a_model_that_has_no_batches) {
    take("rows", "");
    Job busy = keep_busy();
    std::vector<Job> jobs = from_clients(3, "rows", {1, 2});
    for (Job& job : jobs)
        EXPECT_THAT(numbers_of(job.wait(kLong).value()), ElementsAre(1));
    busy.wait(kLong).value();
    EXPECT_EQ(client.info("rows")->batch_rows, 0U);
}

TEST_F(SharedInference, fails_only_the_job_whose_input_the_network_refuses) {
    take("throws", "[batch]\nmax = 8\nmax_delay = \"10s\"\n");
    Job busy = keep_busy();
    Job bad = client.submit(filled("throws", {1}, -1)).value();
    Job good = client.submit(filled("throws", {1}, 9)).value();
    const auto refused = bad.wait(kLong);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, Errc::inference_failed);
    EXPECT_THAT(numbers_of(good.wait(kLong).value()), ElementsAre(3));
    busy.wait(kLong).value();
    EXPECT_EQ(client.info("throws")->batches, 1U) << "they went together";
}

TEST_F(SharedInference, fails_only_the_job_that_kills_the_worker) {
    take("crash", "[batch]\nmax = 8\nmax_delay = \"10s\"\n");
    Job busy = keep_busy();
    Job killer = client.submit(filled("crash", {1}, 13)).value();
    Job victim = client.submit(filled("crash", {1}, 1)).value();
    const auto died = killer.wait(kLong);
    ASSERT_FALSE(died);
    EXPECT_EQ(died.error().code, Errc::worker_died);
    EXPECT_THAT(numbers_of(victim.wait(kLong).value()), ElementsAre(2));
    busy.wait(kLong).value();
}

TEST_F(SharedInference, cuts_a_large_request_and_joins_the_answers) {
    take("rows", "[batch]\nmax = 4\n");
    const auto answer = client.run(filled("rows", {6, 2}), kLong).value();
    EXPECT_THAT(numbers_of(answer), ElementsAre(4, 4, 4, 4, 2, 2));
}

TEST_F(SharedInference, is_halved_where_memory_runs_out_before_anybody_sees_an_error) {
    take("rows", "[batch]\nmax = 32\n");
    const auto answer = client.run(filled("rows", {24, 2}), kLong).value();
    EXPECT_THAT(numbers_of(answer), testing::AllOf(SizeIs(24), Each(6)));
}

TEST_F(SharedInference, is_measured_at_the_first_load_and_told_of_after_each) {
    take("rows", "[batch]\nmax = \"auto\"\n");
    const auto curve = [&] {
        const ModelInfo info = client.info("rows").value();
        EXPECT_LE(info.batch_rows, 8U) << "beyond them memory runs out";
        std::size_t points = 0;
        for (const LoadFact& fact : info.last_load.facts)
            points += fact.name.starts_with("batch of ") ? 1 : 0;
        return points;
    };
    EXPECT_EQ(curve(), 4U) << "1, 2, 4, 8";
    client.unload("rows").value();
    client.load("rows").value();
    EXPECT_EQ(curve(), 4U);
}

TEST_F(SharedInference, is_refused_to_a_model_whose_tensors_have_no_rows) {
    daemon.copy_model("sleepy", "two");
    std::ofstream(daemon.models() / "two" / "model.toml", std::ios::app) << "[batch]\nmax = 4\n";
    std::string problem;
    for (const ReloadEntry& entry : client.reload().value())
        problem += entry.problem;
    EXPECT_THAT(problem, HasSubstr("batch"));
}

}  // namespace
}  // namespace samovar::tests
