// Jobs by a real worker: what comes back, where, and what is said where it does not.

#include <gmock/gmock.h>

#include <algorithm>
#include <future>

#include "tests/integration/client/job_specs.hpp"

namespace samovar::tests {
namespace {

using testing::HasSubstr;

using RealJobs = WithDaemon;

TEST_F(RealJobs, pictures_are_read_and_written_in_place) {
    JobSpec spec = inverting(client, 640, 480, 7);
    const std::byte* input = spec.inputs[0].slot.bytes().data();
    const std::byte* output = spec.outputs[0].bytes().data();
    const JobResult result = client.run(std::move(spec)).value();
    EXPECT_EQ(wrong_elements(result, 7), 0U);
    EXPECT_EQ(result.outputs[0].bytes().data(), output);
    EXPECT_EQ(result.outputs[0].shape, (Shape{480, 640, 3}));
    EXPECT_EQ(result.outputs[0].name, "output");
    ASSERT_EQ(result.inputs.size(), 1U);
    EXPECT_EQ(result.inputs[0].bytes().data(), input);
}

TEST_F(RealJobs, the_times_add_up) {
    const Timings times = client.run(sleeping(20)).value().timings;
    EXPECT_GT(times.inferred.count(), 0);
    EXPECT_LE(times.queued + times.prepared + times.inferred + times.finished, times.total);
}

TEST_F(RealJobs, as_many_as_a_session_may_have_are_in_flight_each_with_its_own_answer) {
    std::vector<Job> jobs;
    for (std::size_t i = 0; i < client.daemon().jobs; ++i)
        jobs.push_back(client.submit(adding(static_cast<float>(i), 0.5F)).value());
    for (std::size_t i = 0; i < jobs.size(); ++i)
        EXPECT_EQ(sum_of(jobs[i].wait(kLong).value()), static_cast<float>(i) + 0.5F) << i;
}

TEST_F(RealJobs, pictures_of_many_sizes_are_in_flight_and_none_is_mixed_up) {
    std::vector<Job> jobs;
    for (unsigned i = 1; i <= 60; ++i)
        jobs.push_back(client.submit(inverting(client, 10 * i, 500 - 7 * i, i)).value());
    // Taken in another order than they were sent in.
    for (unsigned i = 60; i >= 1; --i)
        EXPECT_EQ(wrong_elements(jobs[i - 1].wait(kLong).value(), i), 0U) << i;
}

TEST_F(RealJobs, a_callback_gets_the_result_on_the_thread_that_drives) {
    float sum = 0;
    std::thread::id where;
    client
        .submit(adding(1, 2),
                [&](const Result<JobResult>& result) {
                    sum = result ? sum_of(*result) : -1;
                    where = std::this_thread::get_id();
                })
        .value();
    client.drain(kLong).value();
    EXPECT_EQ(sum, 3);
    EXPECT_EQ(where, std::this_thread::get_id());
}

TEST_F(RealJobs, a_callback_keeps_a_promise_that_another_thread_waits_for) {
    auto promise = std::make_shared<std::promise<float>>();
    std::future<float> future = promise->get_future();
    client
        .submit(adding(20, 22),
                [promise](const Result<JobResult>& result) {
                    promise->set_value(result ? sum_of(*result) : -1);
                })
        .value();
    std::thread driver([&] { client.drain(kLong).value(); });
    EXPECT_EQ(future.get(), 42);
    driver.join();
}

TEST_F(RealJobs, progress_of_the_load_is_told_before_the_answer_and_not_after) {
    std::vector<std::string> phases;
    JobSpec spec = adding(1, 1);
    spec.on_progress = [&](const Progress& news) { phases.push_back(news.phase); };
    EXPECT_EQ(sum_of(client.run(std::move(spec)).value()), 2);
    EXPECT_THAT(phases, testing::Contains("read"));
    const std::size_t told = phases.size();
    client.run(adding(1, 1)).value();
    EXPECT_EQ(phases.size(), told);
}

TEST_F(RealJobs, large_results_come_back_in_slots) {
    const JobResult result = client.run(inverting(client, 4000, 3000, 3)).value();
    EXPECT_EQ(result.outputs[0].bytes().size(), 36'000'000U);
    EXPECT_EQ(wrong_elements(result, 3), 0U);
}

TEST_F(RealJobs, an_output_without_room_names_the_bytes_that_would_do) {
    for (const std::size_t room : {std::size_t{0}, std::size_t{1000}, std::size_t{299'999}}) {
        JobSpec spec = inverting(client, 1000, 100, 9);
        spec.outputs[0] = room == 0 ? Slot() : client.take(room).value();
        const Result<JobResult> refused = client.run(std::move(spec));
        ASSERT_FALSE(refused) << room;
        EXPECT_EQ(refused.error().code, Errc::output_too_small);
        EXPECT_EQ(refused.error().needed, 300'000U);
        // What was lent is in the spec again, with the picture in it.
        spec.outputs.clear();
        spec.outputs.push_back(client.take(refused.error().needed).value());
        EXPECT_EQ(wrong_elements(client.run(std::move(spec)).value(), 9), 0U) << room;
    }
}

TEST_F(RealJobs, what_the_model_throws_is_told_and_the_spec_can_be_mended) {
    JobSpec spec = adding(-1, 0);
    spec.model = "throws";
    spec.inputs.pop_back();
    Job job = client.submit(std::move(spec)).value();
    const Result<JobResult> failed = job.wait(kLong);
    ASSERT_FALSE(failed);
    EXPECT_EQ(failed.error().code, Errc::inference_failed);
    EXPECT_THAT(failed.error().message, HasSubstr("this model takes no negative numbers"));
    spec = job.take_spec();
    spec.inputs.at(0) = std::move(adding(9, 0).inputs[0]);
    EXPECT_EQ(sum_of(client.run(std::move(spec)).value()), 3) << "the root of 9";
}

TEST_F(RealJobs, others_in_flight_are_done_though_one_kills_the_worker) {
    std::vector<Job> jobs;
    JobSpec deadly = adding(13, 0);
    deadly.model = "crash";
    deadly.inputs.pop_back();
    jobs.push_back(client.submit(adding(0, 0)).value());
    Job killer = client.submit(std::move(deadly)).value();
    for (int i = 1; i < 10; ++i)
        jobs.push_back(client.submit(adding(static_cast<float>(i), 1)).value());
    EXPECT_EQ(killer.wait(kLong).error().code, Errc::worker_died);
    for (std::size_t i = 1; i < jobs.size(); ++i)
        EXPECT_EQ(sum_of(jobs[i].wait(kLong).value()), static_cast<float>(i) + 1);
}

TEST_F(RealJobs, memory_is_used_again_and_given_back) {
    std::vector<JobResult> results;
    for (unsigned round = 0; round < 30; ++round) {
        const JobResult result = client.run(inverting(client, 700, 500, round)).value();
        EXPECT_EQ(wrong_elements(result, round), 0U);
    }
    EXPECT_EQ(client.status().value().channels, 1U) << "one for all rounds";
    client.trim();
    EXPECT_TRUE(wait_until([&] { return client.status().value().channels == 0; }));
}

}  // namespace
}  // namespace samovar::tests
