// Jobs that were sent to a worker, and that nobody waits for before they begin. Model "rows"
// answers each row with how many came together.

#include <optional>
#include <span>

#include "tests/integration/queue/queue.hpp"

namespace samovar::tests {
namespace {

using testing::ElementsAre;

class CancelledAtTheWorker : public WithQueue {
  protected:
    CancelledAtTheWorker() { take("rows", "[batch]\nmax = 3\nmax_delay = \"10s\"\n"); }

    // Three jobs that fill a batch, which lies ready while the worker is busy. They need a client
    // each that can go.
    std::vector<Job> lying_ready(std::vector<Client>& clients) {
        // So that it takes long enough for the next to be staged beside it.
        client.run(sleeping(20), kLong).value();
        busy_ = keep_busy();
        std::vector<Job> jobs;
        for (int i = 0; i < 3; ++i) {
            clients.push_back(connect());
            jobs.push_back(clients.back().submit(filled("rows", {1, 2})).value());
        }
        EXPECT_TRUE(wait_until([&] { return daemon.worker().in_flight == 4; }));
        return jobs;
    }
    void expect_nothing_left() {
        busy_->wait(kLong).value();
        EXPECT_TRUE(wait_until([&] { return client.status().value().jobs == 0; }));
        EXPECT_EQ(daemon.worker().in_flight, 0U);
    }

    std::optional<Job> busy_;
};

TEST_F(CancelledAtTheWorker, take_no_part_in_the_inference_of_the_others) {
    std::vector<Client> clients;
    std::vector<Job> jobs = lying_ready(clients);
    jobs[1].cancel();
    EXPECT_THAT(numbers_of(jobs[0].wait(kLong).value()), ElementsAre(2));
    EXPECT_THAT(numbers_of(jobs[2].wait(kLong).value()), ElementsAre(2));
    EXPECT_EQ(jobs[1].wait(kLong).error().code, Errc::cancelled);
    expect_nothing_left();
    const ModelInfo info = client.info("rows").value();
    EXPECT_EQ(info.batches, 1U);
    EXPECT_EQ(info.jobs_done, 2U);
    EXPECT_EQ(info.jobs_failed, 0U);
}

TEST_F(CancelledAtTheWorker, are_those_of_a_session_that_ends) {
    std::vector<Client> clients;
    std::vector<Job> jobs = lying_ready(clients);
    clients.erase(clients.begin() + 1);
    EXPECT_TRUE(wait_until([&] { return client.status().value().sessions == 3; }));
    EXPECT_THAT(numbers_of(jobs[0].wait(kLong).value()), ElementsAre(2));
    EXPECT_THAT(numbers_of(jobs[2].wait(kLong).value()), ElementsAre(2));
    expect_nothing_left();
}

TEST_F(CancelledAtTheWorker, may_be_a_whole_batch) {
    std::vector<Client> clients;
    std::vector<Job> jobs = lying_ready(clients);
    for (Job& job : jobs)
        job.cancel();
    for (Job& job : jobs)
        EXPECT_EQ(job.wait(kLong).error().code, Errc::cancelled);
    expect_nothing_left();
    EXPECT_THAT(numbers_of(client.run(filled("rows", {3, 2}), kLong).value()),
                ElementsAre(3, 3, 3));
    EXPECT_EQ(client.info("rows")->jobs_done, 1U);
}

TEST_F(CancelledAtTheWorker, may_be_the_parts_of_a_large_job_that_have_not_begun) {
    take("spacious", "[batch]\nmax = 1\n");
    Job large = client.submit(filled("spacious", {3000})).value();
    EXPECT_TRUE(wait_until([&] { return daemon.worker().in_flight == 1; }));
    large.cancel();
    EXPECT_EQ(large.wait(kLong).error().code, Errc::cancelled);
    EXPECT_EQ(client.info("spacious")->jobs_failed, 0U);
    EXPECT_EQ(client.info("spacious")->jobs_done, 0U) << "it did not run to its end";
}

// Whichever comes first: each has one answer, and gives all back.
TEST_F(CancelledAtTheWorker, may_have_been_answered_while_the_word_was_on_its_way) {
    std::size_t done = 0, cancelled = 0;
    for (int round = 0; round < 40; ++round) {
        std::vector<Job> jobs;
        for (int i = 0; i < 12; ++i)
            jobs.push_back(client.submit(filled("rows", {3, 2})).value());
        done += jobs.front().wait(kLong) ? 1 : 0;
        for (std::size_t i = 1; i < jobs.size(); i += 2)
            jobs[i].cancel();
        for (Job& job : std::span(jobs).subspan(1)) {
            const auto answer = job.wait(kLong);
            EXPECT_TRUE(answer || answer.error().code == Errc::cancelled);
            ++(answer ? done : cancelled);
        }
    }
    EXPECT_EQ(done + cancelled, 480U);
    EXPECT_GE(done, 240U) << "nobody cancelled these";
    EXPECT_TRUE(wait_until([&] { return client.status().value().jobs == 0; }));
    EXPECT_EQ(client.jobs_in_flight(), 0U);
}

}  // namespace
}  // namespace samovar::tests
