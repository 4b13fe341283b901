// Several jobs in one inference. The network "rows" answers each row with how many came together,
// and runs out of memory where more than 8 do.

#include <gmock/gmock.h>

#include "tests/worker/test_models.hpp"
#include "tests/worker/worker_process.hpp"

namespace samovar::tests {
namespace {

using testing::Each;
using testing::ElementsAre;
using testing::FloatNear;
using testing::HasSubstr;
using testing::Pointwise;

// Two numbers of the same network on the same processor, whose sums may be made in another order.
constexpr float kTolerance = 1e-5F;

ipc::WorkerLoad in_batches(ipc::WorkerLoad load, std::uint32_t rows,
                           std::vector<std::uint32_t> sizes = {}) {
    load.batch.rows = rows;
    load.batch.sizes = std::move(sizes);
    return load;
}
ipc::WorkerLoad rows_model(std::uint32_t rows, std::vector<std::uint32_t> sizes = {}) {
    return in_batches(torchscript("rows", {spec("x", DType::float32, {axis("n"), axis("k")})},
                                  {spec("output", DType::float32, {axis("n")})}),
                      rows, std::move(sizes));
}
ipc::WorkerLoad throwing() {
    return in_batches(torchscript("throws", {spec("x", DType::float32, {axis("n")})},
                                  {spec("output", DType::float32, {axis("n")})}),
                      32);
}

ipc::RunJob rows_job(std::uint64_t rows, std::uint64_t columns = 2) {
    return job(
        {inline_input(DType::float32, {rows, columns}, std::vector<float>(rows * columns, 1))});
}
ipc::RunJob vector_job(std::vector<float> values) {
    return job({inline_input(DType::float32, {values.size()}, values)});
}
// A job of the small network, with numbers that begin at `from`.
ipc::RunJob small_job(std::uint64_t rows, float from) {
    std::vector<float> x(rows * 16);
    for (std::size_t i = 0; i < x.size(); ++i)
        x[i] = from + static_cast<float>(i) / 64;
    return job({inline_input(DType::float32, {rows, 16}, x)});
}

std::vector<float> output_of(const Message& answer) {
    return values_of<float>(answer.as<ipc::JobDone>().outputs.at(0));
}

class Batches : public testing::Test {
  protected:
    void load(const ipc::WorkerLoad& load) { worker_.load(load).as<ipc::WorkerLoaded>(); }
    // The answers to jobs that are sent as one batch, in the order of the jobs.
    std::vector<Message> run(std::vector<ipc::RunJob> jobs) {
        auto followers = static_cast<std::uint32_t>(jobs.size());
        std::vector<std::uint64_t> asked;
        for (ipc::RunJob& job : jobs) {
            job.followers = --followers;
            asked.push_back(worker_.ask_jobs(job));
        }
        std::vector<Message> answers;
        for (const std::uint64_t request : asked) {
            answers.push_back(worker_.job_answer());
            EXPECT_EQ(answers.back().request, request);
        }
        return answers;
    }

    WorkerProcess worker_;
};

TEST_F(Batches, run_together_and_give_each_job_its_rows) {
    load(rows_model(8));
    const auto answers = run({rows_job(1), rows_job(3), rows_job(2)});
    EXPECT_THAT(output_of(answers[0]), ElementsAre(6));
    EXPECT_THAT(output_of(answers[1]), ElementsAre(6, 6, 6));
    EXPECT_THAT(output_of(answers[2]), ElementsAre(6, 6));
}

TEST_F(Batches, change_no_result_beyond_the_tolerance) {
    load(in_batches(torchscript("tiny", tiny_inputs(), tiny_outputs()), 64));
    std::vector<ipc::RunJob> jobs;
    for (std::uint64_t i = 0; i < 9; ++i)
        jobs.push_back(small_job(1 + i % 4, static_cast<float>(i) - 4));
    const auto together = run(jobs);
    for (std::size_t i = 0; i < jobs.size(); ++i) {
        const std::vector<float> alone = output_of(worker_.run(jobs[i]));
        EXPECT_THAT(output_of(together[i]), Pointwise(FloatNear(kTolerance), alone)) << i;
    }
}

TEST_F(Batches, change_no_result_of_compiled_code_beyond_the_tolerance) {
    load(in_batches(tiny("tiny-pt2"), 64));
    const std::vector<ipc::RunJob> jobs{small_job(3, -1), small_job(1, 2), small_job(2, 0)};
    const auto together = run(jobs);
    for (std::size_t i = 0; i < jobs.size(); ++i)
        EXPECT_THAT(output_of(together[i]),
                    Pointwise(FloatNear(kTolerance), output_of(worker_.run(jobs[i]))));
}

TEST_F(Batches, fail_only_the_job_whose_input_is_bad) {
    load(rows_model(8));
    ipc::RunJob lost = rows_job(2);
    lost.inputs[0].channel = 77;
    lost.inputs[0].data.clear();
    const auto answers = run({rows_job(1), lost, rows_job(2)});
    EXPECT_THAT(output_of(answers[0]), ElementsAre(3));
    EXPECT_EQ(answers[1].as<ipc::ErrorReply>().error.code, Errc::unknown_channel);
    EXPECT_THAT(output_of(answers[2]), ElementsAre(3, 3));
}

TEST_F(Batches, fail_only_the_job_whose_place_is_too_small) {
    load(rows_model(8));
    ipc::RunJob cramped = rows_job(2);
    cramped.outputs = {{ipc::kInline, 0, 4}};
    const auto answers = run({cramped, rows_job(1)});
    EXPECT_EQ(answers[0].as<ipc::ErrorReply>().error.code, Errc::output_too_small);
    EXPECT_THAT(output_of(answers[1]), ElementsAre(3));
}

TEST_F(Batches, are_run_one_by_one_where_the_network_throws) {
    load(throwing());
    const auto answers = run({vector_job({-1}), vector_job({4}), vector_job({9})});
    EXPECT_THAT(answers[0].as<ipc::ErrorReply>().error.message,
                HasSubstr("this model takes no negative numbers"));
    EXPECT_THAT(output_of(answers[1]), ElementsAre(2));
    EXPECT_THAT(output_of(answers[2]), ElementsAre(3));
}

TEST_F(Batches, join_only_jobs_that_are_alike) {
    load(rows_model(8));
    const auto answers = run({rows_job(1), rows_job(1, 5), rows_job(2), rows_job(1, 5)});
    EXPECT_THAT(output_of(answers[0]), ElementsAre(3));
    EXPECT_THAT(output_of(answers[1]), ElementsAre(2));
    EXPECT_THAT(output_of(answers[2]), ElementsAre(3, 3));
    EXPECT_THAT(output_of(answers[3]), ElementsAre(2));
}

TEST_F(Batches, are_cut_where_they_are_too_large_and_joined_in_order) {
    load(in_batches(torchscript("tiny", tiny_inputs(), tiny_outputs()), 64));
    const std::vector<float> whole = output_of(worker_.run(small_job(30, -3)));
    WorkerProcess other;
    other.load(in_batches(torchscript("tiny", tiny_inputs(), tiny_outputs()), 8))
        .as<ipc::WorkerLoaded>();
    EXPECT_THAT(output_of(other.run(small_job(30, -3))), Pointwise(FloatNear(kTolerance), whole));
}

TEST_F(Batches, take_no_more_rows_at_a_time_than_the_model_does) {
    load(rows_model(4));
    EXPECT_THAT(output_of(worker_.run(rows_job(10))), ElementsAre(4, 4, 4, 4, 4, 4, 4, 4, 2, 2));
}

TEST_F(Batches, are_halved_until_memory_lasts_which_is_remembered) {
    load(rows_model(32));
    EXPECT_THAT(output_of(worker_.run(rows_job(24))), testing::AllOf(testing::SizeIs(24), Each(6)));
    EXPECT_THAT(output_of(worker_.run(rows_job(7))), ElementsAre(6, 6, 6, 6, 6, 6, 1));
    EXPECT_THAT(worker_.log(), HasSubstr("memory ran out for 24 rows; now 12 at a time"));
}

TEST_F(Batches, are_padded_to_the_next_size_that_the_network_takes) {
    load(rows_model(8, {4, 8}));
    EXPECT_THAT(output_of(worker_.run(rows_job(1))), ElementsAre(4));
    EXPECT_THAT(output_of(worker_.run(rows_job(5))), ElementsAre(8, 8, 8, 8, 8));
    EXPECT_THAT(output_of(worker_.run(rows_job(9))), ElementsAre(8, 8, 8, 8, 8, 8, 8, 8, 4));
    const auto answers = run({rows_job(1), rows_job(2)});
    EXPECT_THAT(output_of(answers[0]), ElementsAre(4));
    EXPECT_THAT(output_of(answers[1]), ElementsAre(4, 4));
}

// Its second output says how long the rows came.
ipc::WorkerLoad lengths_model(std::vector<std::uint32_t> buckets) {
    const std::vector<ipc::Axis> rows{axis("n"), axis("length")};
    ipc::WorkerLoad load = in_batches(
        torchscript(
            "lengths", {spec("x", DType::float32, rows), spec("mask", DType::float32, rows)},
            {spec("shares", DType::float32, rows), spec("came", DType::float32, {axis("n")})}),
        8);
    load.batch.length = "length";
    load.batch.buckets = std::move(buckets);
    return load;
}
ipc::RunJob lengths_job(std::uint64_t rows, std::uint64_t length) {
    const ipc::InputTensor ones =
        inline_input(DType::float32, {rows, length}, std::vector<float>(rows * length, 1));
    return job({ones, ones});
}
std::vector<float> came(const Message& answer) {
    return values_of<float>(answer.as<ipc::JobDone>().outputs.at(1));
}

TEST_F(Batches, join_rows_of_one_bucket_whatever_their_lengths) {
    load(lengths_model({4, 16}));
    const auto answers = run({lengths_job(1, 8), lengths_job(2, 5), lengths_job(1, 2)});
    EXPECT_EQ(answers[0].as<ipc::JobDone>().outputs.at(0).shape, (Shape{1, 8}));
    EXPECT_EQ(answers[1].as<ipc::JobDone>().outputs.at(0).shape, (Shape{2, 5}));
    EXPECT_THAT(came(answers[0]), ElementsAre(8));
    EXPECT_THAT(came(answers[1]), ElementsAre(8, 8)) << "as long as the longest";
    EXPECT_THAT(came(answers[2]), ElementsAre(2)) << "of another bucket";
    EXPECT_THAT(output_of(answers[1]), Each(FloatNear(0.2F, kTolerance)));
    EXPECT_THAT(output_of(answers[2]), Each(FloatNear(0.5F, kTolerance)));
}

TEST_F(Batches, are_as_long_as_the_bucket_where_the_model_says_so) {
    ipc::WorkerLoad padded = lengths_model({4, 16});
    padded.batch.pad_to_bucket = true;
    load(padded);
    const Message alone = worker_.run(lengths_job(1, 5));
    EXPECT_THAT(came(alone), ElementsAre(16));
    EXPECT_EQ(alone.as<ipc::JobDone>().outputs.at(0).shape, (Shape{1, 5}));
    EXPECT_THAT(output_of(alone), Each(FloatNear(0.2F, kTolerance)));
}

TEST_F(Batches, hold_no_more_tokens_than_the_model_takes_at_a_time) {
    ipc::WorkerLoad measured = rows_model(8);
    measured.batch.length = "k";
    measured.batch.max_tokens = 12;
    load(measured);
    EXPECT_THAT(output_of(worker_.run(rows_job(4, 5))), ElementsAre(2, 2, 2, 2));
    EXPECT_THAT(output_of(worker_.run(rows_job(2, 50))), ElementsAre(1, 1));
    EXPECT_THAT(output_of(worker_.run(rows_job(4, 3))), ElementsAre(4, 4, 4, 4));
}

TEST_F(Batches, of_a_model_that_takes_none_run_one_by_one) {
    load(rows_model(0));
    const auto answers = run({rows_job(1), rows_job(2)});
    EXPECT_THAT(output_of(answers[0]), ElementsAre(1));
    EXPECT_THAT(output_of(answers[1]), ElementsAre(2, 2));
}

TEST_F(Batches, are_as_large_as_is_worth_while_where_that_is_measured) {
    ipc::WorkerLoad measured = rows_model(64);
    measured.batch.measure = true;
    measured.warm_ups = {{{{{1, 2}, ipc::Fill::zeros, "", 0}}}};
    const auto loaded = worker_.load(measured).as<ipc::WorkerLoaded>();
    EXPECT_GT(loaded.batch_rows, 1U) << "of so small a network the way is most of the cost";
    EXPECT_LE(loaded.batch_rows, 8U) << "beyond them memory runs out";
    std::vector<std::string> names;
    for (const ipc::LoadFact& fact : loaded.report.facts)
        names.push_back(fact.name);
    EXPECT_THAT(names, testing::IsSupersetOf({"batch", "batch of 1", "batch of 8"}));
}

TEST_F(Batches, that_the_network_does_not_take_fail_the_load_that_measures_them) {
    ipc::WorkerLoad measured =
        in_batches(torchscript("sleepy", {spec("count", DType::int64, {axis("n")})},
                               {spec("output", DType::float32, {axis("n")})}),
                   64);
    measured.batch.measure = true;
    measured.warm_ups = {{{{{1}, ipc::Fill::zeros, "", 0}}}};
    const Error error = worker_.load(measured).as<ipc::ErrorReply>().error;
    EXPECT_EQ(error.code, Errc::bad_output);
    EXPECT_THAT(error.message, HasSubstr("its network took no batch of 2 rows"));
}

TEST_F(Batches, of_a_model_that_is_not_there_are_all_told) {
    const auto answers = run({rows_job(1), rows_job(2)});
    for (const Message& answer : answers)
        EXPECT_EQ(answer.as<ipc::ErrorReply>().error.code, Errc::unknown_model);
}

}  // namespace
}  // namespace samovar::tests
