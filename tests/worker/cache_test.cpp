// Results that a model keeps. "tally" adds to x how often it was called, so that what was computed
// and what was kept can be told apart; "rows" answers each row with how many came together.

#include <gmock/gmock.h>

#include <algorithm>
#include <thread>

#include "tests/worker/test_models.hpp"
#include "tests/worker/worker_process.hpp"

namespace samovar::tests {
namespace {

using testing::ElementsAre;

constexpr std::uint64_t kRoom = 1u << 20;

ipc::WorkerLoad keeping(ipc::WorkerLoad load, std::uint64_t bytes = kRoom) {
    load.cache_bytes = bytes;
    return load;
}
ipc::WorkerLoad tally() {
    return torchscript("tally", {spec("x", DType::float32, {axis("n")})},
                       {spec("output", DType::float32, {axis("n")})});
}
ipc::WorkerLoad rows() {
    ipc::WorkerLoad load = torchscript("rows", {spec("x", DType::float32, {axis("n"), axis("k")})},
                                       {spec("output", DType::float32, {axis("n")})});
    load.batch.rows = 8;
    return load;
}
ipc::WorkerLoad patient() {
    ipc::WorkerLoad load = torchscript(
        "patient", {spec("x", DType::float32, {axis("n")}), spec("count", DType::int64, {axis(1)})},
        {spec("output", DType::float32, {axis("n")})});
    load.code.file = SAMOVAR_TEST_DATA "/worker/patient.pt";
    return load;
}

ipc::InputTensor number(float x) {
    return inline_input(DType::float32, {1}, std::vector<float>{x});
}
ipc::RunJob row(float x) {
    return job({inline_input(DType::float32, {1, 2}, std::vector<float>{x, x})});
}
ipc::RunJob fresh(ipc::RunJob job) {
    job.no_cache = true;
    return job;
}
ipc::JobDone done(const Message& answer) {
    return answer.as<ipc::JobDone>();
}
std::vector<float> values(const ipc::JobDone& done) {
    return values_of<float>(done.outputs.at(0));
}
std::span<float> floats_of(const TestChannel& channel, std::size_t offset, std::size_t count) {
    return {reinterpret_cast<float*>(channel.bytes().data() + offset), count};
}

class Cache : public testing::Test {
  protected:
    void load(const ipc::WorkerLoad& load) { worker_.load(load).as<ipc::WorkerLoaded>(); }
    ipc::JobDone run(const ipc::RunJob& job) { return done(worker_.run(job)); }
    // 1 for the first job that tally computes, 2 for the next; whatever they bring.
    float calls(float x, bool no_cache = false) {
        ipc::RunJob asked = job({number(x)});
        asked.no_cache = no_cache;
        return values(run(asked)).at(0) - x;
    }
    std::vector<ipc::JobDone> run_together(std::vector<ipc::RunJob> jobs) {
        auto followers = static_cast<std::uint32_t>(jobs.size());
        std::map<std::uint64_t, std::size_t> asked;
        for (std::size_t i = 0; i < jobs.size(); ++i) {
            jobs[i].followers = --followers;
            asked[worker_.ask_jobs(jobs[i])] = i;
        }
        std::vector<ipc::JobDone> answers(jobs.size());
        for (std::size_t i = 0; i < jobs.size(); ++i) {
            const Message answer = worker_.job_answer();
            order_.push_back(asked.at(answer.request));
            answers.at(order_.back()) = done(answer);
        }
        return answers;
    }

    WorkerProcess worker_;
    std::vector<std::size_t> order_;  // in which jobs of a batch were answered
};

TEST_F(Cache, answers_an_equal_job_without_the_network) {
    load(keeping(tally()));
    const ipc::JobDone first = run(job({number(5)}));
    EXPECT_FALSE(first.timings.cached);
    EXPECT_GT(first.timings.inferred, 0U);
    EXPECT_EQ(first.kept.count, 1U);
    EXPECT_GT(first.kept.bytes, 8U);
    const ipc::JobDone second = run(job({number(5)}));
    EXPECT_TRUE(second.timings.cached);
    EXPECT_EQ(second.timings.inferred, 0U);
    EXPECT_EQ(values(second), values(first));
    EXPECT_EQ(second.outputs[0].name, first.outputs[0].name);
    EXPECT_EQ(second.outputs[0].shape, first.outputs[0].shape);
    EXPECT_EQ(second.kept, first.kept);
}

TEST_F(Cache, is_none_of_a_model_that_keeps_nothing) {
    load(tally());
    EXPECT_EQ(calls(5), 1);
    EXPECT_EQ(calls(5), 2);
    EXPECT_EQ(run(job({number(5)})).kept, ipc::KeptResults());
}

TEST_F(Cache, computes_what_differs_in_a_bit) {
    load(keeping(tally()));
    EXPECT_EQ(calls(5), 1);
    EXPECT_EQ(calls(6), 2);
    EXPECT_EQ(run(job({number(-0.0F)})).timings.cached, false);
    EXPECT_EQ(run(job({number(0.0F)})).timings.cached, false);
}

TEST_F(Cache, is_passed_by_a_job_that_wants_no_cache_and_is_not_filled_by_it) {
    load(keeping(tally()));
    EXPECT_EQ(calls(5, true), 1);
    EXPECT_EQ(calls(5), 2) << "the one before was not kept";
    EXPECT_EQ(calls(5, true), 3);
    EXPECT_EQ(calls(5), 2) << "and did not replace what was";
    EXPECT_EQ(run(fresh(job({number(7)}))).kept.count, 1U) << "what is kept is told all the same";
}

TEST_F(Cache, lets_the_oldest_go_beyond_its_bound) {
    load(keeping(tally(), 3 * 1100));
    EXPECT_EQ(calls(1), 1);
    EXPECT_EQ(calls(2), 2);
    EXPECT_EQ(calls(3), 3);
    EXPECT_EQ(calls(1), 1);
    EXPECT_EQ(calls(4), 4);
    EXPECT_EQ(calls(1), 1);
    EXPECT_EQ(calls(2), 5) << "which was not used for longest";
    EXPECT_EQ(run(job({number(1)})).kept.count, 3U);
}

TEST_F(Cache, keeps_no_job_that_is_larger_than_all_of_it) {
    load(keeping(tally(), 64u << 10));
    const ipc::RunJob large =
        job({inline_input(DType::float32, {16'000}, std::vector<float>(16'000, 1))});
    EXPECT_FALSE(run(large).timings.cached);
    EXPECT_FALSE(run(large).timings.cached);
    EXPECT_EQ(run(large).kept, ipc::KeptResults());
}

TEST_F(Cache, keeps_nothing_of_a_job_that_failed) {
    load(keeping(torchscript("throws", {spec("x", DType::float32, {axis("n")})},
                             {spec("output", DType::float32, {axis("n")})})));
    for (int i = 0; i < 2; ++i)
        EXPECT_EQ(worker_.run(job({number(-1)})).as<ipc::ErrorReply>().error.code,
                  Errc::inference_failed);
    EXPECT_EQ(run(job({number(4)})).kept.count, 1U);
}

TEST_F(Cache, writes_to_the_slots_of_whoever_asks) {
    load(keeping(tally()));
    const TestChannel channel = worker_.open_channel(4096);
    floats_of(channel, 0, 1)[0] = 5;
    ipc::RunJob asked =
        job({slot_input(DType::float32, {1}, channel.id, 0)}, {{channel.id, 64, 4}});
    EXPECT_FALSE(run(asked).timings.cached);
    EXPECT_EQ(floats_of(channel, 64, 1)[0], 6);
    floats_of(channel, 64, 1)[0] = 77;  // which is the client's own
    asked.outputs = {{channel.id, 128, 4}};
    const ipc::JobDone kept = run(asked);
    EXPECT_TRUE(kept.timings.cached);
    EXPECT_EQ(kept.outputs.at(0).channel, channel.id);
    EXPECT_EQ(kept.outputs.at(0).offset, 128U);
    EXPECT_EQ(floats_of(channel, 128, 1)[0], 6);
    EXPECT_EQ(values(run(job({number(5)}))), std::vector<float>{6}) << "also inside the answer";
}

TEST_F(Cache, refuses_a_place_without_room_and_answers_the_next_try_without_the_network) {
    load(keeping(tally()));
    ipc::RunJob cramped = job({number(5)}, {{ipc::kInline, 0, 3}});
    for (int i = 0; i < 2; ++i) {
        const Error error = worker_.run(cramped).as<ipc::ErrorReply>().error;
        EXPECT_EQ(error.code, Errc::output_too_small);
        EXPECT_EQ(error.needed, 4U);
    }
    EXPECT_EQ(calls(5), 1);
}

TEST_F(Cache, is_not_poisoned_by_a_client_that_swaps_the_input_while_its_job_runs) {
    load(keeping(patient()));
    const TestChannel channel = worker_.open_channel(4096);
    const auto count = inline_input(DType::int64, {1}, std::vector<std::int64_t>{2000});
    std::ranges::fill(floats_of(channel, 0, 8), 1.0F);
    const std::uint64_t request =
        worker_.ask_jobs(job({slot_input(DType::float32, {8}, channel.id, 0), count}));
    ipc::WorkerHealthReport health;
    do {  // long after the inputs were taken, and before the network looks at them
        health = worker_.health();
        std::this_thread::yield();
    } while (health.running_job != request || health.running_ns < 50'000'000);
    std::ranges::fill(floats_of(channel, 0, 8), 2.0F);
    EXPECT_EQ(values(done(worker_.job_answer())), std::vector<float>(8, 1));

    const auto eight = [&](float x) {
        return run(job({inline_input(DType::float32, {8}, std::vector<float>(8, x)), count}));
    };
    EXPECT_EQ(values(eight(1)), std::vector<float>(8, 1));
    EXPECT_EQ(values(eight(2)), std::vector<float>(8, 2));
}

// Else what the network leaves in the place of its input would be found with its answer.
TEST_F(Cache, keeps_nothing_of_a_network_that_writes_to_its_inputs) {
    ipc::WorkerLoad overwriting = keeping(tally());  // x + 1, and sevens are left where x was
    overwriting.code.file = SAMOVAR_TEST_DATA "/worker/overwriting.pt";
    load(overwriting);
    for (int i = 0; i < 2; ++i) {
        const ipc::JobDone five = run(job({number(5)}));
        EXPECT_THAT(values(five), ElementsAre(6));
        EXPECT_EQ(five.kept.count, 0U);
    }
    EXPECT_THAT(values(run(job({number(7)}))), ElementsAre(8)) << "another input than five";
    EXPECT_THAT(values(run(job({number(5)}))), ElementsAre(6)) << "and five another than seven";
}

TEST_F(Cache, keeps_what_a_batch_gave_whose_rows_the_network_writes_to) {
    ipc::WorkerLoad overwriting = keeping(tally());
    overwriting.code.file = SAMOVAR_TEST_DATA "/worker/overwriting.pt";
    overwriting.batch.rows = 8;
    load(overwriting);
    for (int i = 0; i < 2; ++i) {
        const auto answers = run_together({job({number(5)}), job({number(6)})});
        EXPECT_THAT(values(answers[0]), ElementsAre(6));
        EXPECT_THAT(values(answers[1]), ElementsAre(7));
        EXPECT_EQ(answers[0].timings.cached, i == 1) << "it wrote to the rows of all, not to these";
    }
    EXPECT_THAT(values(run(job({number(7)}))), ElementsAre(8));
}

TEST_F(Cache, takes_no_room_in_a_batch_and_does_not_wait_for_it) {
    load(keeping(rows()));
    EXPECT_THAT(values(run(row(7))), ElementsAre(1));
    const auto answers = run_together({row(1), row(7), row(2)});
    EXPECT_THAT(values(answers[0]), ElementsAre(2)) << "the network got two rows";
    EXPECT_THAT(values(answers[1]), ElementsAre(1)) << "as it was kept";
    EXPECT_THAT(values(answers[2]), ElementsAre(2));
    EXPECT_TRUE(answers[1].timings.cached);
    EXPECT_FALSE(answers[0].timings.cached);
    EXPECT_THAT(order_, ElementsAre(1, 0, 2));
}

TEST_F(Cache, answers_a_whole_batch) {
    load(keeping(rows()));
    run_together({row(1), row(2)});
    for (const ipc::JobDone& answer : run_together({row(2), row(1)}))
        EXPECT_TRUE(answer.timings.cached);
    EXPECT_THAT(values(run(row(9))), ElementsAre(1)) << "and the worker goes on";
}

TEST_F(Cache, keeps_what_a_batch_gave_for_each_of_its_jobs) {
    load(keeping(rows()));
    run_together({row(1), fresh(row(2)), row(3)});
    EXPECT_THAT(values(run(row(1))), ElementsAre(3));
    EXPECT_FALSE(run(row(2)).timings.cached) << "it wanted no cache";
    EXPECT_THAT(values(run(row(3))), ElementsAre(3));
}

TEST_F(Cache, is_empty_after_parking) {
    load(keeping(tiny("tiny-pt2")));
    EXPECT_FALSE(run(tiny_job()).timings.cached);
    EXPECT_TRUE(run(tiny_job()).timings.cached);
    worker_.control_answer(worker_.ask_control(ipc::WorkerPark{1})).as<ipc::Ok>();
    worker_.control_answer(worker_.ask_control(ipc::WorkerWake{1})).as<ipc::WorkerLoaded>();
    EXPECT_FALSE(run(tiny_job()).timings.cached);
}

TEST_F(Cache, is_of_one_version_alone) {
    load(keeping(tally()));
    EXPECT_EQ(calls(5), 1);
    ipc::WorkerLoad newer = keeping(torchscript("throws", tally().inputs, tally().outputs));
    newer.model = 2;
    load(newer);
    ipc::RunJob asked = job({number(5)});
    asked.model = 2;
    EXPECT_FALSE(run(asked).timings.cached);
    EXPECT_EQ(calls(5), 1) << "and the first still has its own";
}

TEST_F(Cache, sends_the_digest_of_a_suspect_before_it_answers) {
    load(keeping(tally()));
    EXPECT_EQ(calls(5), 1);
    ipc::RunJob suspect = job({number(5)});
    suspect.suspect = true;
    worker_.run(suspect).as<ipc::JobDigest>();
    EXPECT_TRUE(done(worker_.job_answer()).timings.cached);
}

}  // namespace
}  // namespace samovar::tests
