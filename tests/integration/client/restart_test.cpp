// The daemon is killed and started again under a client.

#include <gtest/gtest.h>
#include <signal.h>

#include <atomic>
#include <thread>

#include "tests/integration/client/job_specs.hpp"

namespace samovar::tests {
namespace {

using Clock = std::chrono::steady_clock;

using Restarted = WithDaemon;

TEST_F(Restarted, all_that_is_in_flight_ends_at_once_and_the_next_call_comes_back) {
    client.load("sleepy").value();
    std::vector<Job> jobs;
    for (int i = 0; i < 5; ++i)
        jobs.push_back(client.submit(sleeping(100'000)).value());
    wait_for_running(2);
    daemon.kill();
    for (Job& job : jobs)
        EXPECT_EQ(job.wait(kLong).error().code, Errc::disconnected);
    const DaemonInfo before = client.daemon();
    daemon.start();
    EXPECT_EQ(client.ping().value().pid, static_cast<std::uint32_t>(daemon.pid()));
    EXPECT_EQ(client.daemon().name, before.name);
    EXPECT_EQ(sum_of(client.run(adding(3, 4)).value()), 7);
}

TEST_F(Restarted, slots_keep_their_bytes_and_can_be_lent_to_the_new_daemon) {
    JobSpec spec = inverting(client, 640, 480, 5);
    daemon.kill();
    daemon.start();
    EXPECT_EQ(wrong_elements(client.run(std::move(spec)).value(), 5), 0U);
    EXPECT_EQ(client.status().value().channels, 1U) << "the same channel, offered again";
}

TEST_F(Restarted, the_input_of_a_job_that_was_cut_off_can_be_lent_again) {
    client.load("invert").value();
    const auto worker = static_cast<pid_t>(daemon.worker().pid);
    ::kill(worker, SIGSTOP);
    Job job = client.submit(inverting(client, 320, 200, 8)).value();
    wait_for_running(1);
    daemon.kill();
    EXPECT_EQ(job.wait(kLong).error().code, Errc::disconnected);
    ::kill(worker, SIGKILL);
    JobSpec spec = job.take_spec();
    ASSERT_TRUE(spec.inputs.at(0).slot);
    EXPECT_FALSE(spec.outputs.at(0)) << "a worker may still write there";
    spec.outputs[0] =
        [&] {
            daemon.start();
            return client.take(320 * 200 * 3);
        }()
            .value();
    EXPECT_EQ(wrong_elements(client.run(std::move(spec)).value(), 8), 0U);
}

TEST_F(Restarted, a_call_waits_for_a_daemon_that_is_coming_back) {
    daemon.kill();
    std::optional<Result<PingReport>> pong;
    std::thread caller([&] { pong = client.ping(); });
    // It has tried at least once before there is a daemon again.
    EXPECT_TRUE(wait_until([&] { return client.fd() == -1; }));
    daemon.start();
    caller.join();
    EXPECT_TRUE(pong->has_value()) << describe(pong->error());
}

TEST_F(Restarted, threads_that_wait_together_give_up_together) {
    constexpr auto kWait = std::chrono::seconds(1);
    Client own = connect({.reconnect_wait = kWait});
    daemon.kill();
    const auto begin = Clock::now();
    std::atomic<int> told = 0;
    std::vector<std::thread> threads;
    for (int i = 0; i < 8; ++i)
        threads.emplace_back([&] {
            const auto pong = own.ping();
            told += !pong && pong.error().code == Errc::no_daemon ? 1 : 0;
        });
    for (std::thread& thread : threads)
        thread.join();
    EXPECT_EQ(told, 8);
    EXPECT_LT(Clock::now() - begin, 4 * kWait) << "not one after the other";
    daemon.start();
}

TEST_F(Restarted, many_threads_go_on_with_right_answers_through_two_restarts) {
    std::atomic<bool> over = false;
    std::atomic<int> right = 0, wrong = 0, cut_off = 0;
    std::vector<std::thread> threads;
    for (unsigned thread = 0; thread < 4; ++thread)
        threads.emplace_back([&, thread] {
            for (unsigned round = 0; !over; ++round) {
                const unsigned seed = 1000 * thread + round;
                const auto result = client.run(inverting(client, 64, 48, seed), kLong);
                if (result)
                    ++(wrong_elements(*result, seed) == 0 ? right : wrong);
                else
                    ++(result.error().code == Errc::disconnected ? cut_off : wrong);
            }
        });
    for (int restart = 0; restart < 2; ++restart) {
        const int before = right;
        EXPECT_TRUE(wait_until([&] { return right > before + 20; }));
        daemon.kill();
        daemon.start();
    }
    const int before = right;
    EXPECT_TRUE(wait_until([&] { return right > before + 20; }));
    over = true;
    for (std::thread& thread : threads)
        thread.join();
    EXPECT_EQ(wrong, 0);
}

TEST_F(Restarted, a_daemon_that_stops_lets_jobs_end_and_is_gone_then) {
    Client own = connect({.reconnect_wait = milliseconds(0)});
    own.load("sleepy").value();
    Job job = own.submit(sleeping(50)).value();
    wait_for_running(1);
    EXPECT_EQ(daemon.stop(), 0);
    const auto result = job.wait(kLong);
    // It had 0.2 s, as its options say.
    EXPECT_TRUE(result || result.error().code == Errc::shutting_down) << describe(result.error());
    EXPECT_EQ(own.ping().error().code, Errc::no_daemon);
    daemon.start();
}

TEST_F(Restarted, a_client_that_shall_not_connect_again_says_so) {
    Client own = connect({.reconnect = false});
    daemon.kill();
    daemon.start();
    for (int i = 0; i < 2; ++i)
        EXPECT_EQ(own.ping().error().code, Errc::disconnected);
    EXPECT_TRUE(client.ping());
}

}  // namespace
}  // namespace samovar::tests
