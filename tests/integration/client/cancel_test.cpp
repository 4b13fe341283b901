// Cancelling: a job that waits ends at once, one that lies at the worker in its turn, one that runs
// when the worker lets go.

#include <gtest/gtest.h>

#include <cstring>

#include "tests/integration/client/job_specs.hpp"
#include "tests/support/process_status.hpp"

namespace samovar::tests {
namespace {

class Cancelling : public WithDaemon {
  protected:
    Cancelling() { client.load("sleepy").value(); }

    // A job that the worker has begun. What lies there before that is dropped.
    Job begun(JobSpec spec) {
        const auto worker = static_cast<pid_t>(daemon.worker().pid);
        const milliseconds before = computing_time(worker);
        Job job = client.submit(std::move(spec)).value();
        EXPECT_TRUE(wait_until([&] { return computing_time(worker) > before + milliseconds(50); }));
        return job;
    }
};

TEST_F(Cancelling, a_job_that_waits_ends_while_others_run) {
    Job running = client.submit(sleeping(400)).value();
    Job staged = client.submit(sleeping(1)).value();
    Job waiting = client.submit(sleeping(1)).value();
    wait_for_running(2);
    waiting.cancel();
    EXPECT_EQ(waiting.wait(kLong).error().code, Errc::cancelled);
    EXPECT_FALSE(running.done());
    running.wait(kLong).value();
    staged.wait(kLong).value();
}

TEST_F(Cancelling, a_job_that_runs_keeps_its_slots_until_the_worker_lets_go) {
    JobSpec spec{.model = "sleepy"};
    spec.inputs.push_back({.dtype = DType::int64, .shape = {1}, .slot = client.take(8).value()});
    const std::byte* lent = spec.inputs[0].slot.bytes().data();
    const std::int64_t count = 400;
    std::memcpy(spec.inputs[0].slot.bytes().data(), &count, sizeof count);
    Job job = begun(std::move(spec));
    job.cancel();
    job.cancel();  // once more does no harm
    EXPECT_EQ(job.wait(milliseconds(1)).error().code, Errc::timed_out);
    EXPECT_NE(client.take(8).value().bytes().data(), lent);
    EXPECT_EQ(job.wait(kLong).error().code, Errc::cancelled);
    EXPECT_EQ(job.take_spec().inputs.at(0).slot.bytes().data(), lent);
    EXPECT_EQ(client.take(8).value().bytes().data(), lent);
    EXPECT_EQ(sum_of(client.run(adding(1, 1)).value()), 2);
}

TEST_F(Cancelling, a_job_that_lies_at_the_worker_is_not_run) {
    Job busy = begun(sleeping(400));
    Job staged = client.submit(sleeping(100'000)).value();
    wait_for_running(2);
    staged.cancel();
    EXPECT_EQ(staged.wait(kLong).error().code, Errc::cancelled);
    busy.wait(kLong).value();
    EXPECT_TRUE(client.run(sleeping(1), kLong));
}

TEST_F(Cancelling, all_at_once) {
    std::vector<Job> jobs;
    for (int i = 0; i < 20; ++i)
        jobs.push_back(client.submit(sleeping(50)).value());
    client.cancel_all();
    for (Job& job : jobs) {
        const auto result = job.wait(kLong);
        EXPECT_TRUE(result || result.error().code == Errc::cancelled) << describe(result.error());
    }
    EXPECT_EQ(client.jobs_in_flight(), 0U);
    EXPECT_LT(client.info("sleepy").value().jobs_done, 5U);
}

TEST_F(Cancelling, a_run_that_takes_too_long_frees_the_place_for_others) {
    const auto late = client.run(sleeping(300), milliseconds(20));
    ASSERT_FALSE(late);
    EXPECT_EQ(late.error().code, Errc::timed_out);
    EXPECT_EQ(client.jobs_in_flight(), 1U) << "the worker still has it";
    client.run(sleeping(1)).value();
    EXPECT_TRUE(wait_until([&] { return client.status().value().jobs == 0; }));
    client.drain(kLong).value();
}

TEST_F(Cancelling, after_the_end_is_too_late_and_harmless) {
    Job job = client.submit(sleeping(1)).value();
    client.drain(kLong).value();
    EXPECT_TRUE(job.done());
    job.cancel();
    EXPECT_TRUE(job.wait(kLong));
}

}  // namespace
}  // namespace samovar::tests
