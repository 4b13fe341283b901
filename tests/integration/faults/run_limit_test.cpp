// Jobs that run longer than their model allows.

#include <gmock/gmock.h>
#include <signal.h>

#include "tests/integration/faults/with_worker.hpp"

namespace samovar::tests {
namespace {

using testing::HasSubstr;

// "sleepy_limited" has max_run = "1s".
class RunLimit : public WithWorker {
  protected:
    RunLimit() : WithWorker({"sleepy_limited"}) { make_hot("sleepy_limited"); }

    static ipc::Submit overrunning() { return sleep_job(kForEver, "sleepy_limited"); }
};

TEST_F(RunLimit, kills_the_worker_refuses_the_job_and_retries_the_others) {
    const Census before = census();
    const pid_t killed = worker();
    {
        TestClient client = connect();
        const std::uint64_t overrun = client.ask(overrunning());
        std::vector<std::uint64_t> beside;
        for (int i = 0; i < 4; ++i)
            beside.push_back(ask_bystander());
        wait_for_jobs_in_flight(2);

        const Error error = client.answer(overrun).error();
        // Until it is gone it writes to memory that the refusal gives back.
        EXPECT_FALSE(runs(killed));
        EXPECT_EQ(error.code, Errc::run_limit);
        EXPECT_THAT(error.message, HasSubstr("longer than 1s, which is the max_run of model "
                                             "\"sleepy_limited\""));
        EXPECT_THAT(error.hint, HasSubstr("raise max_run in its model.toml"));
        for (const std::uint64_t request : beside)
            expect_answered(request);
        // On a very busy machine the first job of a new worker may overrun, too.
        EXPECT_TRUE(wait_until(
            [&] { return client.call(sleep_job(1, "sleepy_limited")).is<ipc::Done>(); }));
    }
    EXPECT_NE(worker(), killed);
    EXPECT_THAT(daemon.worker().problem, HasSubstr("longer than its model allows"));
    expect_nothing_left(before);
}

TEST_F(RunLimit, ends_a_job_of_a_client_that_is_gone) {
    const Census before = census();
    {
        TestClient client = connect();
        const TestChannel mine = open_channel(client, 1u << 20);
        std::memcpy(mine.bytes().data(), &kForEver, sizeof kForEver);
        client.ask(job("sleepy_limited", {slot_input(DType::int64, {1}, mine.id, 0)}));
        wait_for_jobs_in_flight(1);
    }
    // Its channel lives as long as the worker may touch it.
    const Census now = census();
    EXPECT_TRUE(now.jobs == 0 || now.channels == before.channels + 1) << now;
    expect_bystander_served();
    expect_nothing_left(before);
}

TEST_F(RunLimit, ends_a_worker_that_hangs) {
    TestClient client = connect();
    const pid_t stopped = worker();
    ::kill(stopped, SIGSTOP);
    const std::uint64_t request = client.ask(sleep_job(1, "sleepy_limited"));
    EXPECT_EQ(client.answer(request).error().code, Errc::run_limit);
    EXPECT_FALSE(runs(stopped));
    expect_bystander_served();
}

}  // namespace
}  // namespace samovar::tests
