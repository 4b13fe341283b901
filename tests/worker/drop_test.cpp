// Jobs that nobody waits for any more. Model "sleepy" takes long, "rows" answers each row with how
// many came together.

#include <gmock/gmock.h>

#include <map>

#include "tests/worker/text_models.hpp"

namespace samovar::tests {
namespace {

using testing::ElementsAre;

constexpr std::uint32_t kSleepy = 1, kOther = 2;

class Dropped : public testing::Test {
  protected:
    Dropped() {
        ipc::WorkerLoad sleepy = torchscript("sleepy", {spec("count", DType::int64, {axis("n")})},
                                             {spec("output", DType::float32, {axis("n")})});
        sleepy.batch.rows = 1;
        worker_.load(sleepy).as<ipc::WorkerLoaded>();
        ipc::WorkerLoad rows =
            torchscript("rows", {spec("x", DType::float32, {axis("n"), axis("k")})},
                        {spec("output", DType::float32, {axis("n")})});
        rows.model = kOther;
        rows.batch.rows = 8;
        worker_.load(rows).as<ipc::WorkerLoaded>();
    }
    // Sends these as one batch. The requests.
    std::vector<std::uint64_t> send(std::vector<ipc::RunJob> jobs) {
        ++batches_;
        std::vector<std::uint64_t> requests;
        auto followers = static_cast<std::uint32_t>(jobs.size());
        for (ipc::RunJob& job : jobs) {
            job.followers = --followers;
            requests.push_back(worker_.ask_jobs(job));
        }
        return requests;
    }
    // A job of so many inferences.
    static ipc::RunJob sleeping(std::vector<std::int64_t> counts) {
        ipc::RunJob run = job({inline_input(DType::int64, {counts.size()}, counts)});
        run.model = kSleepy;
        return run;
    }
    static ipc::RunJob rows_job(std::uint64_t rows) {
        const std::vector<float> ones(rows * 2, 1);
        ipc::RunJob run = job({inline_input(DType::float32, {rows, 2}, ones)});
        run.model = kOther;
        return run;
    }
    // The worker has heard it when this returns.
    static constexpr std::uint64_t kRequestsOfDrop = 2;
    void drop(std::uint64_t job, std::uint64_t batch) {
        worker_.ask_control(ipc::DropJob{job, batch});
        worker_.health();
    }
    // Long enough that the next batch is staged beside it, and that it runs when this returns.
    void keep_busy() {
        send({sleeping({10})});
        worker_.job_answer().as<ipc::JobDone>();
        const std::uint64_t busy = send({sleeping({300})}).front();
        while (worker_.health().running_job != busy)
            continue;
    }
    std::map<std::uint64_t, Message> answers(std::size_t count) {
        std::map<std::uint64_t, Message> answers;
        for (std::size_t i = 0; i < count; ++i) {
            Message answer = worker_.job_answer();
            const std::uint64_t request = answer.request;
            EXPECT_TRUE(answers.emplace(request, std::move(answer)).second) << "a second answer";
        }
        return answers;
    }
    static std::vector<float> output_of(const Message& answer) {
        return values_of<float>(answer.as<ipc::JobDone>().outputs.at(0));
    }
    static Errc error_of(const Message& answer) { return answer.as<ipc::ErrorReply>().error.code; }

    WorkerProcess worker_;
    std::uint64_t batches_ = 0;
};

TEST_F(Dropped, a_job_of_the_next_batch_takes_no_part_in_it) {
    keep_busy();
    const auto jobs = send({rows_job(1), rows_job(2), rows_job(1)});
    drop(jobs[1], batches_);
    const auto told = answers(4);
    EXPECT_THAT(output_of(told.at(jobs[0])), ElementsAre(2)) << "the network got two rows";
    EXPECT_EQ(error_of(told.at(jobs[1])), Errc::cancelled);
    EXPECT_THAT(output_of(told.at(jobs[2])), ElementsAre(2));
}

TEST_F(Dropped, a_whole_batch_is_not_run) {
    keep_busy();
    const auto jobs = send({rows_job(1), rows_job(2)});
    drop(jobs[0], batches_);
    drop(jobs[1], batches_);
    const auto told = answers(3);
    EXPECT_EQ(error_of(told.at(jobs[0])), Errc::cancelled);
    EXPECT_EQ(error_of(told.at(jobs[1])), Errc::cancelled);
    EXPECT_THAT(output_of(worker_.run(rows_job(1))), ElementsAre(1)) << "and the worker goes on";
}

TEST_F(Dropped, a_job_that_is_a_batch_by_itself_is_not_run) {
    keep_busy();
    const std::uint64_t only = send({sleeping({1})}).front();
    drop(only, batches_);
    EXPECT_EQ(error_of(answers(2).at(only)), Errc::cancelled);
}

TEST_F(Dropped, a_job_of_which_the_worker_has_not_heard_is_not_run_when_it_comes) {
    const std::uint64_t before = send({rows_job(1)}).front();
    worker_.job_answer().as<ipc::JobDone>();
    const std::uint64_t next = before + kRequestsOfDrop + 1;
    drop(next, batches_ + 1);
    ASSERT_EQ(send({rows_job(1)}).front(), next);
    EXPECT_EQ(error_of(worker_.job_answer()), Errc::cancelled);
}

TEST_F(Dropped, a_job_that_runs_is_answered_as_ever) {
    keep_busy();
    drop(worker_.health().running_job, batches_);
    worker_.job_answer().as<ipc::JobDone>();
}

TEST_F(Dropped, a_job_whose_batch_is_over_leaves_nothing_behind) {
    const std::uint64_t before = send({rows_job(1)}).front();
    worker_.job_answer().as<ipc::JobDone>();
    const std::uint64_t next = before + kRequestsOfDrop + 1;
    drop(next, batches_);
    ASSERT_EQ(send({rows_job(1)}).front(), next);
    EXPECT_THAT(output_of(worker_.job_answer()), ElementsAre(1));
}

TEST_F(Dropped, the_parts_of_a_large_job_that_have_not_begun_are_not_run) {
    const std::uint64_t large = send({sleeping(std::vector<std::int64_t>(200, 50))}).front();
    while (worker_.health().running_job != large)
        continue;
    drop(large, batches_);
    EXPECT_EQ(error_of(worker_.job_answer()), Errc::cancelled);
}

TEST_F(Dropped, texts_that_have_not_begun_are_left_out) {
    ipc::WorkerLoad moods = texts_model("moods");
    moods.model = 3;
    worker_.load(moods).as<ipc::WorkerLoaded>();
    const auto asking = [](const Texts& texts) {
        ipc::RunJob run = texts_job(texts);
        run.model = 3;
        return run;
    };
    keep_busy();
    const auto jobs = send({asking({sentence(20)}), asking({sentence(100)}), asking({"e a s"})});
    drop(jobs[1], batches_);
    const auto told = answers(4);
    EXPECT_EQ(error_of(told.at(jobs[1])), Errc::cancelled);
    EXPECT_LT(
        difference(rows_of(told.at(jobs[0]).as<ipc::JobDone>().outputs.at(0)),
                   rows_of(worker_.run(asking({sentence(20)})).as<ipc::JobDone>().outputs.at(0))),
        kTextTolerance);
    told.at(jobs[2]).as<ipc::JobDone>();
}

TEST_F(Dropped, batches_of_a_large_job_of_texts_that_have_not_begun_are_not_run) {
    ipc::WorkerLoad moods = texts_model("moods");
    moods.model = 3;
    moods.batch.rows = 1;
    worker_.load(moods).as<ipc::WorkerLoaded>();
    ipc::RunJob large = texts_job(Texts(3000, "e a s n t"));
    large.model = 3;
    const std::uint64_t job = send({large}).front();
    while (worker_.health().running_job != job)
        continue;
    drop(job, batches_);
    EXPECT_EQ(error_of(worker_.job_answer()), Errc::cancelled);
}

}  // namespace
}  // namespace samovar::tests
