// SIGKILL of samovard: its workers go with it, its clients are told, and come back when it does.

#include <gmock/gmock.h>
#include <signal.h>

#include <array>
#include <filesystem>
#include <fstream>
#include <future>

#include <samovar/client.hpp>

#include "tests/integration/faults/with_worker.hpp"

namespace samovar::tests {
namespace {

using std::chrono::seconds;

class DaemonDeaths : public WithWorker {
  protected:
    DaemonDeaths() : WithWorker({"sleepy"}) { make_hot("sleepy"); }

    Client library() const {
        Options options;
        options.socket = daemon.socket().string();
        Result<Client> client = Client::connect(std::move(options));
        if (!client) throw std::runtime_error(describe(client.error()));
        return std::move(*client);
    }
    template <class T>
    static void put(const Slot& slot, const std::vector<T>& values) {
        std::memcpy(slot.bytes().data(), values.data(), values.size() * sizeof(T));
    }
    static JobSpec sleeping(Slot count) {
        JobSpec spec{.model = "sleepy"};
        spec.inputs.push_back({"", DType::int64, {1}, std::move(count), {}});
        return spec;
    }
};

// A stopped process reads no end of file: what ends it is the signal that the kernel sends for its
// parent.
TEST_F(DaemonDeaths, end_a_worker_that_does_nothing_at_all) {
    const pid_t orphan = worker();
    ::kill(orphan, SIGSTOP);
    daemon.kill();
    EXPECT_TRUE(wait_until([&] { return !runs(orphan); }));
    daemon.start();
}

TEST_F(DaemonDeaths, end_a_worker_in_the_midst_of_a_job) {
    bystander.ask(sleep_job(kForEver));
    wait_for_jobs_in_flight(1);
    const pid_t orphan = worker();
    daemon.kill();
    EXPECT_TRUE(wait_until([&] { return !runs(orphan); }));
    EXPECT_TRUE(bystander.ended());
    daemon.start();
}

TEST_F(DaemonDeaths, end_a_worker_that_is_still_starting) {
    bystander.get<ipc::Ok>(ipc::UnloadModel{"sleepy"});
    bystander.get<ipc::Ok>(ipc::UnloadModel{"add"});
    EXPECT_TRUE(wait_until([&] { return worker() == 0; }));
    bystander.ask(sleep_job(1));
    EXPECT_TRUE(wait_until([&] { return worker() != 0; }));
    const pid_t orphan = worker();
    daemon.kill();
    EXPECT_TRUE(wait_until([&] { return !runs(orphan); }));
    daemon.start();
}

// LibTorch alone takes longer to load than a worker may live on: nothing of the worker's own has to
// run for it to end.
TEST(DaemonDeathsAtAStart, end_a_worker_whatever_program_it_is) {
    const TemporaryFolder programs;
    const auto program = programs.path() / "samovar-worker";
    std::ofstream(program) << "#!/bin/sh\nexec sleep 1000\n";
    std::filesystem::permissions(program, std::filesystem::perms::owner_all);
    DaemonUnderTest daemon({.models = {"add"}, .worker_folder = programs.path()});
    TestClient client(daemon.socket());
    client.ask(job("add", {floats({1}), floats({2})}));
    EXPECT_TRUE(wait_until([&] { return daemon.worker().pid != 0; }));
    const auto orphan = static_cast<pid_t>(daemon.worker().pid);
    EXPECT_TRUE(runs(orphan));
    daemon.kill();
    EXPECT_TRUE(wait_until([&] { return !runs(orphan); }));
    daemon.start();
}

TEST_F(DaemonDeaths, end_the_calls_of_a_client_which_goes_on_when_it_is_back) {
    Client client = library();
    Slot sum = std::move(*client.take(8));
    Slot numbers = std::move(*client.take(8));
    Slot count = std::move(*client.take(8));
    put<std::int64_t>(count, {kForEver});
    Result<Job> running = client.submit(sleeping(std::move(count)));
    ASSERT_TRUE(running) << describe(running.error());
    wait_for_jobs_in_flight(1);

    auto waiting = std::async(std::launch::async, [&] { return running->wait(seconds(600)); });
    daemon.kill();
    // Far sooner than the call would have given up by itself.
    ASSERT_EQ(waiting.wait_for(kPatience), std::future_status::ready);
    const Result<JobResult> lost = waiting.get();
    ASSERT_FALSE(lost);
    EXPECT_EQ(lost.error().code, Errc::disconnected);
    EXPECT_NE(lost.error().message, "");
    EXPECT_NE(lost.error().hint, "");

    daemon.start();
    put<float>(numbers, {1, 2});
    JobSpec spec{.model = "add"};
    spec.inputs.push_back({"", DType::float32, {2}, std::move(numbers), {}});
    spec.inputs.push_back({"", DType::float32, {2}, {}, floats({10, 20}).data});
    spec.outputs.push_back(std::move(sum));
    const Result<JobResult> result = client.run(std::move(spec));
    ASSERT_TRUE(result) << describe(result.error());
    std::array<float, 2> sums{};
    std::memcpy(sums.data(), result->outputs.at(0).bytes().data(), sizeof sums);
    EXPECT_EQ(sums, (std::array<float, 2>{11, 22}));
    // The memory of before came along; no channel was made anew.
    EXPECT_EQ(daemon.status().channels, 1U);
}

TEST_F(DaemonDeaths, let_a_call_wait_until_it_is_back) {
    Client client = library();
    ASSERT_TRUE(client.ping());
    daemon.kill();
    auto call = std::async(std::launch::async, [&] { return client.models(); });
    EXPECT_EQ(call.wait_for(std::chrono::milliseconds(100)), std::future_status::timeout);
    daemon.start();
    const auto models = call.get();
    ASSERT_TRUE(models) << describe(models.error());
    EXPECT_EQ(models->size(), 2U);
}

TEST_F(DaemonDeaths, over_and_over_are_all_survived_by_one_client) {
    Client client = library();
    Slot count = std::move(*client.take(8));
    for (int i = 0; i < 4; ++i) {
        put<std::int64_t>(count, {1});
        Result<JobResult> result = client.run(sleeping(std::move(count)));
        ASSERT_TRUE(result) << describe(result.error());
        count = std::move(result->inputs.at(0));
        daemon.kill();
        daemon.start();
    }
    EXPECT_EQ(daemon.status().jobs, 0U);
}

}  // namespace
}  // namespace samovar::tests
