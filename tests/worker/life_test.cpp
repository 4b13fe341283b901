// What keeps a worker answering, and what ends it.

#include <gmock/gmock.h>
#include <signal.h>

#include <chrono>
#include <fstream>
#include <thread>

#include "tests/worker/test_models.hpp"
#include "tests/worker/worker_process.hpp"

namespace samovar::tests {
namespace {

using namespace std::chrono_literals;

ipc::WorkerLoad sleepy() {
    return torchscript("sleepy", {spec("count", DType::int64, {axis(1)})},
                       {spec("sum", DType::float32, {axis(1)})});
}
// Converts what it reads: a mapped network would be there before anybody could look.
ipc::WorkerLoad slow_load() {
    const auto wide = spec("x", DType::float32, {axis("batch"), axis(2048)});
    ipc::WorkerLoad load = torchscript("mlp268", {wide}, {wide});
    load.options.precision = ipc::Precision::bf16;
    return load;
}
ipc::RunJob long_job() {
    return job({inline_input(DType::int64, {1}, std::vector<std::int64_t>{100'000})});
}
// Puts the worker in the midst of a job of a minute or more.
void start_long_job(WorkerProcess& worker) {
    worker.load(sleepy()).as<ipc::WorkerLoaded>();
    const std::uint64_t request = worker.ask_jobs(long_job());
    while (worker.health().running_job != request)
        std::this_thread::yield();
}

TEST(Health, is_answered_while_a_job_runs) {
    WorkerProcess worker;
    worker.load(sleepy()).as<ipc::WorkerLoaded>();
    EXPECT_EQ(worker.health().running_job, 0U);
    const std::uint64_t request = worker.ask_jobs(long_job());
    ipc::WorkerHealthReport health;
    do
        health = worker.health();
    while (health.running_job != request);
    const std::uint64_t before = health.running_ns;
    health = worker.health();
    EXPECT_EQ(health.running_job, request);
    EXPECT_GT(health.running_ns, before);
    EXPECT_EQ(health.models, 1U);
}

TEST(Health, is_answered_while_a_model_loads) {
    WorkerProcess worker;
    const std::uint64_t load = worker.ask_control(slow_load());
    // Asked after the load and answered before it: control_answer() keeps what comes early.
    EXPECT_TRUE(worker.health().loading);
    const auto report = worker.control_answer(load).as<ipc::WorkerLoaded>().report;
    EXPECT_GT(report.weight_bytes, 134'000'000U);
    EXPECT_FALSE(worker.health().loading);
}

TEST(Health, of_a_load_that_waits_for_another_is_answered_in_order) {
    WorkerProcess worker;
    const std::uint64_t first = worker.ask_control(slow_load());
    ipc::WorkerLoad load = sleepy();
    load.model = 2;
    const std::uint64_t second = worker.ask_control(load);
    ipc::WorkerUnload unload;
    unload.model = 2;
    const std::uint64_t third = worker.ask_control(unload);
    worker.control_answer(third).as<ipc::Ok>();
    worker.control_answer(second).as<ipc::WorkerLoaded>();
    worker.control_answer(first).as<ipc::WorkerLoaded>();
    EXPECT_EQ(worker.health().models, 1U);
}

TEST(Jobs, run_while_models_load) {
    WorkerProcess worker;
    worker.load(sleepy()).as<ipc::WorkerLoaded>();
    ipc::WorkerLoad large = slow_load();
    large.model = 2;
    ipc::WorkerUnload unload;
    unload.model = 2;
    std::uint64_t last = 0;
    for (int i = 0; i < 4; ++i) {  // half a second and more of loading
        worker.ask_control(large);
        last = worker.ask_control(unload);
    }
    worker.run(job({inline_input(DType::int64, {1}, std::vector<std::int64_t>{1})}))
        .as<ipc::JobDone>();
    EXPECT_TRUE(worker.health().loading);
    worker.control_answer(last).as<ipc::Ok>();
    EXPECT_FALSE(worker.health().loading);
}

TEST(EndOfFile, on_control_ends_an_idle_worker) {
    WorkerProcess worker;
    worker.close_control();
    EXPECT_EQ(worker.wait_for_exit(1s), 0);
}

TEST(EndOfFile, on_jobs_ends_an_idle_worker) {
    WorkerProcess worker;
    worker.close_jobs();
    EXPECT_EQ(worker.wait_for_exit(1s), 0);
}

TEST(EndOfFile, on_control_ends_a_worker_in_the_midst_of_a_job) {
    WorkerProcess worker;
    start_long_job(worker);
    worker.close_control();
    EXPECT_EQ(worker.wait_for_exit(1s), 0);
}

TEST(EndOfFile, on_jobs_ends_a_worker_in_the_midst_of_a_job) {
    WorkerProcess worker;
    start_long_job(worker);
    worker.close_jobs();
    EXPECT_EQ(worker.wait_for_exit(1s), 0);
}

TEST(Signals, of_a_terminal_leave_the_worker_to_the_daemon) {
    WorkerProcess worker;
    for (const int signal : {SIGINT, SIGTERM, SIGHUP})
        worker.kill(signal);
    EXPECT_EQ(worker.health().models, 0U);
    EXPECT_EQ(worker.wait_for_exit(50ms), std::nullopt);
}

// The sockets stay open here, so that nothing but the parent's death can end the worker.
TEST(Parent, that_dies_takes_its_worker_along) {
    SpawnedByChild spawned;
    ASSERT_TRUE(spawned.worker_lives());
    spawned.kill_parent();
    EXPECT_TRUE(spawned.worker_dies_within(1s));
}

TEST(Frames, that_are_malformed_are_answered_and_unknown_ones_too) {
    WorkerProcess worker;
    const Message answer = worker.control_answer(worker.ask_control(ipc::Ping{}));
    EXPECT_EQ(answer.as<ipc::ErrorReply>().error.code, Errc::protocol);
    worker.ask_jobs(ipc::Ping{});
    EXPECT_EQ(worker.job_answer().as<ipc::ErrorReply>().error.code, Errc::protocol);
    EXPECT_EQ(worker.health().models, 0U);
}

TEST(Channels, are_unmapped_when_they_are_closed) {
    WorkerProcess worker;
    const auto mapped = [&] {
        std::ifstream maps("/proc/" + std::to_string(worker.pid()) + "/maps");
        int count = 0;
        for (std::string line; std::getline(maps, line);)
            count += line.find("memfd:") != std::string::npos;
        return count;
    };
    const TestChannel first = worker.open_channel(4096), second = worker.open_channel(1 << 20);
    EXPECT_EQ(mapped(), 2);
    EXPECT_EQ(worker.health().channels, 2U);
    for (const std::uint32_t id : {first.id, second.id}) {
        ipc::UnmapChannel unmap;
        unmap.channel = id;
        worker.control_answer(worker.ask_control(unmap)).as<ipc::Ok>();
    }
    EXPECT_EQ(mapped(), 0);
    EXPECT_EQ(worker.health().channels, 0U);
}

}  // namespace
}  // namespace samovar::tests
