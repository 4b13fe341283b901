// Jobs of texts that share batches.

#include <gmock/gmock.h>

#include "tests/worker/text_models.hpp"

namespace samovar::tests {
namespace {

using testing::HasSubstr;

class TextBatches : public testing::Test {
  protected:
    void load(const std::string& model, std::uint32_t rows = 32) {
        ipc::WorkerLoad load = texts_model(model);
        load.batch.rows = rows;
        worker_.load(load).as<ipc::WorkerLoaded>();
    }
    // The answers to jobs that are sent together.
    std::vector<Message> run(std::vector<ipc::RunJob> jobs) {
        auto followers = static_cast<std::uint32_t>(jobs.size());
        for (ipc::RunJob& job : jobs) {
            job.followers = --followers;
            worker_.ask_jobs(job);
        }
        std::vector<Message> answers;
        for (std::size_t i = 0; i < jobs.size(); ++i)
            answers.push_back(worker_.job_answer());
        return answers;
    }
    static Rows rows_in(const Message& answer) {
        return rows_of(answer.as<ipc::JobDone>().outputs.at(0));
    }
    static std::string batches_in(const Message& answer) {
        return details_of(answer.as<ipc::JobDone>()).at("batches");
    }

    WorkerProcess worker_;
};

TEST_F(TextBatches, change_no_result_beyond_the_tolerance) {
    load("sentences");
    std::vector<ipc::RunJob> jobs;
    std::vector<Texts> given;
    for (std::size_t i = 0; i < 6; ++i) {
        given.push_back({sentence(5 + 7 * i, i), sentence(40 - 3 * i, i)});
        jobs.push_back(texts_job(given.back()));
    }
    const std::vector<Message> answers = run(std::move(jobs));
    for (std::size_t i = 0; i < given.size(); ++i)
        EXPECT_LT(difference(rows_in(answers[i]), answer(worker_, given[i])), kTextTolerance) << i;
}

TEST_F(TextBatches, are_as_few_as_the_lengths_allow) {
    load("moods");
    const std::vector<Message> answers =
        run({texts_job({sentence(20), sentence(30)}), texts_job({sentence(25)}),
             texts_job({sentence(5), sentence(26)})});
    EXPECT_EQ(batches_in(answers[0]), "1");
    EXPECT_EQ(batches_in(answers[1]), "1");
    EXPECT_EQ(batches_in(answers[2]), "2") << "of two buckets";
}

TEST_F(TextBatches, tell_each_job_of_its_own_texts) {
    load("moods");
    const std::vector<Message> answers =
        run({texts_job({"e a s"}), texts_job({sentence(130), ""})});
    EXPECT_EQ(details_of(answers[0].as<ipc::JobDone>()).at("tokens"), "5");
    EXPECT_EQ(details_of(answers[0].as<ipc::JobDone>()).at("truncated"), "0");
    EXPECT_EQ(details_of(answers[1].as<ipc::JobDone>()).at("tokens"), "130");
    EXPECT_EQ(details_of(answers[1].as<ipc::JobDone>()).at("truncated"), "1");
}

TEST_F(TextBatches, fail_only_the_job_that_brings_no_texts) {
    load("moods");
    const std::vector<Message> answers =
        run({texts_job({"e a s"}), texts_job({"e", "\xFF"}), texts_job({"n"})});
    EXPECT_LT(difference(rows_in(answers[0]), answer(worker_, {"e a s"})), kTextTolerance);
    EXPECT_THAT(answers[1].as<ipc::ErrorReply>().error.message,
                HasSubstr("text 1 is no UTF-8 at its byte 0"));
    EXPECT_LT(difference(rows_in(answers[2]), answer(worker_, {"n"})), kTextTolerance);
}

TEST_F(TextBatches, are_halved_where_memory_runs_out) {
    load("cramped");
    const Texts texts = sentences(40);
    const Rows halved = answer(worker_, texts);
    WorkerProcess roomy;
    roomy.load(texts_model("sentences")).as<ipc::WorkerLoaded>();
    EXPECT_LT(difference(halved, answer(roomy, texts)), kTextTolerance);
}

}  // namespace
}  // namespace samovar::tests
