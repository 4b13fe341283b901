// Batches that are made ready while another runs.

#include <gmock/gmock.h>

#include <algorithm>
#include <chrono>

#include "tests/worker/text_models.hpp"

namespace samovar::tests {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

constexpr std::uint32_t kSleepy = 1, kOther = 2;

class Staged : public testing::Test {
  protected:
    // Model "sleepy" has taken long before, so that what comes beside its next job is staged.
    Staged() {
        const ipc::WorkerLoad sleepy =
            torchscript("sleepy", {spec("count", DType::int64, {axis("n")})},
                        {spec("output", DType::float32, {axis("n")})});
        worker_.load(sleepy).as<ipc::WorkerLoaded>();
        worker_.run(sleeping(10)).as<ipc::JobDone>();
    }
    void load(ipc::WorkerLoad load) {
        load.model = kOther;
        worker_.load(load).as<ipc::WorkerLoaded>();
    }
    static ipc::RunJob sleeping(std::int64_t count) {
        ipc::RunJob run = job({inline_input(DType::int64, {1}, std::vector{count})});
        run.model = kSleepy;
        return run;
    }
    // The answers to jobs of the other model that come as a batch while one runs, in their order:
    // one that is refused is told at once.
    std::vector<Message> run(std::vector<ipc::RunJob> jobs) {
        worker_.ask_jobs(sleeping(100));
        auto followers = static_cast<std::uint32_t>(jobs.size());
        for (ipc::RunJob& job : jobs) {
            job.model = kOther;
            job.followers = --followers;
            worker_.ask_jobs(job);
        }
        worker_.job_answer().as<ipc::JobDone>();
        std::vector<Message> answers;
        for (std::size_t i = 0; i < jobs.size(); ++i)
            answers.push_back(worker_.job_answer());
        std::ranges::sort(answers, {}, &Message::request);
        return answers;
    }

    WorkerProcess worker_;
};

ipc::WorkerLoad rows_model() {
    ipc::WorkerLoad load = torchscript("rows", {spec("x", DType::float32, {axis("n"), axis("k")})},
                                       {spec("output", DType::float32, {axis("n")})});
    load.batch.rows = 32;
    return load;
}
ipc::RunJob rows_job(std::uint64_t rows) {
    return job({inline_input(DType::float32, {rows, 2}, std::vector<float>(rows * 2, 1))});
}
std::vector<float> output_of(const Message& answer) {
    return values_of<float>(answer.as<ipc::JobDone>().outputs.at(0));
}

TEST_F(Staged, texts_get_what_they_get_alone) {
    load(texts_model("sentences"));
    const auto answers = run({texts_job({sentence(20), sentence(7)}), texts_job({sentence(30)})});
    for (std::size_t i = 0; i < 2; ++i) {
        ipc::RunJob alone =
            texts_job(i == 0 ? Texts{sentence(20), sentence(7)} : Texts{sentence(30)});
        alone.model = kOther;
        EXPECT_LT(difference(rows_of(answers[i].as<ipc::JobDone>().outputs.at(0)),
                             rows_of(worker_.run(alone).as<ipc::JobDone>().outputs.at(0))),
                  kTextTolerance);
    }
}

TEST_F(Staged, texts_that_are_none_fail_alone) {
    load(texts_model("moods"));
    const auto answers = run({texts_job({"\xFF"}), texts_job({"e"})});
    EXPECT_THAT(answers[0].as<ipc::ErrorReply>().error.message,
                HasSubstr("text 0 is no UTF-8 at its byte 0"));
    answers[1].as<ipc::JobDone>();
}

TEST_F(Staged, rows_run_together) {
    load(rows_model());
    const auto answers = run({rows_job(1), rows_job(2)});
    EXPECT_THAT(output_of(answers[0]), ElementsAre(3));
    EXPECT_THAT(output_of(answers[1]), ElementsAre(3, 3));
}

TEST_F(Staged, rows_for_which_memory_runs_out_are_halved) {
    load(rows_model());
    const auto answers = run({rows_job(6), rows_job(6)});
    EXPECT_THAT(output_of(answers[0]), testing::Each(6));
    EXPECT_THAT(output_of(answers[1]), testing::Each(6));
}

TEST_F(Staged, a_job_whose_deadline_is_over_when_its_turn_comes_is_dropped) {
    load(rows_model());
    ipc::RunJob late = rows_job(1);
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::milliseconds(20);
    late.deadline_ns =
        static_cast<std::uint64_t>(deadline.time_since_epoch() / std::chrono::nanoseconds(1));
    const auto answers = run({rows_job(2), late, rows_job(1)});
    EXPECT_THAT(output_of(answers[0]), ElementsAre(3, 3)) << "it takes no room";
    EXPECT_EQ(answers[1].as<ipc::ErrorReply>().error.code, Errc::too_late);
    EXPECT_THAT(output_of(answers[2]), ElementsAre(3));
}

TEST_F(Staged, a_job_whose_equal_has_left_its_result_is_not_run) {
    ipc::WorkerLoad keeping = rows_model();
    keeping.cache_bytes = 1 << 20;
    load(keeping);
    ipc::RunJob before = rows_job(1);
    before.model = kOther;
    EXPECT_THAT(output_of(worker_.run(before)), ElementsAre(1));
    worker_.ask_jobs(sleeping(100));
    for (const std::uint32_t followers : {1U, 0U}) {
        ipc::RunJob next = rows_job(2 - followers);
        next.model = kOther;
        next.followers = followers;
        worker_.ask_jobs(next);
    }
    worker_.job_answer().as<ipc::JobDone>();
    const auto kept = worker_.job_answer();
    EXPECT_TRUE(kept.as<ipc::JobDone>().timings.cached);
    EXPECT_THAT(output_of(kept), ElementsAre(1));
    EXPECT_THAT(output_of(worker_.job_answer()), ElementsAre(2, 2)) << "the other takes no room";
}

TEST_F(Staged, a_job_whose_equal_ran_meanwhile_is_not_run) {
    ipc::WorkerLoad keeping = torchscript("sleepy", {spec("count", DType::int64, {axis("n")})},
                                          {spec("output", DType::float32, {axis("n")})});
    keeping.cache_bytes = 1 << 20;
    load(keeping);
    const auto ask = [this](std::int64_t count) {
        ipc::RunJob run = sleeping(count);
        run.model = kOther;
        worker_.ask_jobs(run);
    };
    ask(10);
    worker_.job_answer().as<ipc::JobDone>();
    ask(100);
    ask(100);
    EXPECT_FALSE(worker_.job_answer().as<ipc::JobDone>().timings.cached);
    EXPECT_TRUE(worker_.job_answer().as<ipc::JobDone>().timings.cached);
}

TEST_F(Staged, jobs_of_a_model_that_is_not_there_are_told) {
    const auto answers = run({rows_job(1)});
    EXPECT_EQ(answers[0].as<ipc::ErrorReply>().error.code, Errc::unknown_model);
}

TEST_F(Staged, a_suspect_is_told_of_in_its_turn) {
    load(rows_model());
    ipc::RunJob suspect = rows_job(1);
    suspect.suspect = true;
    suspect.model = kOther;
    worker_.ask_jobs(sleeping(100));
    worker_.ask_jobs(suspect);
    worker_.job_answer().as<ipc::JobDone>();
    worker_.job_answer().as<ipc::JobDigest>();
    EXPECT_THAT(output_of(worker_.job_answer()), ElementsAre(1));
}

}  // namespace
}  // namespace samovar::tests
