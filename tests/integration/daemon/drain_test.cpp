// What SIGTERM does to jobs, and to workers.

#include <gmock/gmock.h>
#include <signal.h>
#include <sys/wait.h>

#include "tests/support/daemon_under_test.hpp"

namespace samovar::tests {
namespace {

using namespace std::chrono_literals;

constexpr std::int64_t kForEver = 10'000'000;

// Sends a job and waits until a worker has it.
std::uint64_t start_job(const DaemonUnderTest& daemon, TestClient& client, std::int64_t count) {
    const std::uint64_t request = client.ask(sleep_job(count));
    EXPECT_TRUE(wait_until([&] {
        const ipc::StatusReport status = daemon.status();
        return !status.workers.empty() && status.workers[0].in_flight > 0 &&
               daemon.model("sleepy").residency == ipc::Residency::hot;
    }));
    return request;
}

// Whether somebody who comes now is told that it shuts down.
bool turns_away(const DaemonUnderTest& daemon) {
    TestClient late(daemon.socket(), /*greet=*/false);
    const Answer first = late.next();
    return first.is<ipc::ErrorReply>() && first.error().code == Errc::shutting_down;
}

TEST(Drain, lets_running_jobs_end_and_refuses_new_ones) {
    DaemonUnderTest daemon({.models = {"sleepy"}});
    TestClient client(daemon.socket());
    const std::uint64_t running = start_job(daemon, client, 600);
    const auto worker = static_cast<pid_t>(daemon.worker().pid);
    daemon.signal(SIGTERM);
    EXPECT_TRUE(wait_until([&] { return turns_away(daemon); }));
    EXPECT_EQ(client.call(sleep_job(1)).error().code, Errc::shutting_down);
    EXPECT_EQ(values_of<float>(client.answer(running).as<ipc::Done>().outputs.at(0)).size(), 1U);
    EXPECT_TRUE(client.ended());
    EXPECT_EQ(daemon.wait_for_exit(), 0);
    EXPECT_FALSE(runs(worker));
}

TEST(Drain, lets_jobs_end_that_were_still_waiting_for_their_model) {
    DaemonUnderTest daemon({.models = {"sleepy"}});
    TestClient client(daemon.socket());
    const std::uint64_t waiting = client.ask(sleep_job(1));
    EXPECT_TRUE(wait_until([&] { return daemon.status().jobs == 1; }));
    daemon.signal(SIGTERM);
    client.answer(waiting).as<ipc::Done>();
    EXPECT_EQ(daemon.wait_for_exit(), 0);
}

TEST(Drain, is_cut_off_at_its_deadline) {
    DaemonUnderTest daemon({.models = {"sleepy"}, .arguments = {"--drain", "0.2"}});
    TestClient client(daemon.socket());
    const std::uint64_t running = start_job(daemon, client, kForEver);
    const std::uint64_t queued = client.ask(sleep_job(kForEver)), third = client.ask(sleep_job(1));
    const auto worker = static_cast<pid_t>(daemon.worker().pid);
    daemon.signal(SIGTERM);
    for (const std::uint64_t request : {running, queued, third})
        EXPECT_EQ(client.answer(request).error().code, Errc::shutting_down);
    EXPECT_EQ(daemon.wait_for_exit(), 0);
    EXPECT_FALSE(runs(worker));
}

TEST(Drain, is_cut_off_by_a_second_signal) {
    DaemonUnderTest daemon({.models = {"sleepy"}, .arguments = {"--drain", "600"}});
    TestClient client(daemon.socket());
    const std::uint64_t running = start_job(daemon, client, kForEver);
    daemon.signal(SIGTERM);
    EXPECT_TRUE(wait_until([&] { return turns_away(daemon); }));
    EXPECT_FALSE(daemon.wait_for_exit(50ms));
    daemon.signal(SIGTERM);
    EXPECT_EQ(client.answer(running).error().code, Errc::shutting_down);
    EXPECT_EQ(daemon.wait_for_exit(), 0);
}

TEST(Drain, does_not_wait_for_a_worker_that_hangs) {
    DaemonUnderTest daemon({.models = {"sleepy"}, .arguments = {"--drain", "0.1"}});
    TestClient client(daemon.socket());
    start_job(daemon, client, kForEver);
    const auto worker = static_cast<pid_t>(daemon.worker().pid);
    ::kill(worker, SIGSTOP);
    EXPECT_EQ(daemon.stop(), 0);
    EXPECT_FALSE(runs(worker));
}

TEST(Drain, answers_whoever_waits_for_a_load) {
    DaemonUnderTest daemon({.models = {"tiny-pt2"}});
    TestClient client(daemon.socket());
    const std::uint64_t load = client.ask(ipc::LoadModel{"tiny-pt2"});
    EXPECT_TRUE(wait_until([&] { return daemon.worker().pid != 0; }));
    daemon.signal(SIGTERM);
    const Answer answer = client.answer(load);
    // It may have been quicker than the signal.
    EXPECT_TRUE(answer.is<ipc::ModelLoaded>() || answer.error().code == Errc::shutting_down);
    EXPECT_EQ(daemon.wait_for_exit(), 0);
}

}  // namespace
}  // namespace samovar::tests
