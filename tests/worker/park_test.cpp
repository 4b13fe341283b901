// Parking and waking in a real worker, and what of it the kernel shows.

#include <gtest/gtest.h>

#include <algorithm>

#include "tests/support/process_status.hpp"
#include "tests/support/waiting.hpp"
#include "tests/worker/test_models.hpp"
#include "tests/worker/worker_process.hpp"

namespace samovar::tests {
namespace {

namespace fs = std::filesystem;

Message park(WorkerProcess& worker, std::uint32_t model = 1) {
    return worker.control_answer(worker.ask_control(ipc::WorkerPark{model}));
}
Message wake(WorkerProcess& worker, std::uint32_t model = 1) {
    return worker.control_answer(worker.ask_control(ipc::WorkerWake{model}));
}

// A worker locks what it has loaded after it has answered.
void expect_locked(WorkerProcess& worker, std::uint64_t kb) {
    EXPECT_TRUE(wait_until([&] { return status_kb(worker.pid(), "VmLck") == kb; }))
        << status_kb(worker.pid(), "VmLck") << " KiB, not " << kb;
}
// The pages that lock() takes of a file of so many bytes, in KiB.
std::uint64_t pages_kb(std::uint64_t bytes) {
    return (bytes + 4095) / 4096 * 4;
}

TEST(Park, and_wake_leave_the_answers_of_mapped_weights_as_they_were) {
    WorkerProcess worker;
    EXPECT_TRUE(worker.load(tiny("tiny-pt2")).as<ipc::WorkerLoaded>().can_park);
    const std::vector<float> before = answer_of(worker);
    ASSERT_EQ(before.size(), 8U);
    for (int i = 0; i < 3; ++i) {
        park(worker).as<ipc::Ok>();
        wake(worker).as<ipc::WorkerLoaded>();
        EXPECT_EQ(answer_of(worker), before);
    }
    EXPECT_EQ(worker.health().models, 1U);
}

TEST(Park, gives_locked_memory_back_and_waking_takes_it_again) {
    WorkerProcess worker;
    const ipc::WorkerLoad load = tiny("tiny-pt2");
    const std::uint64_t bytes = fs::file_size(load.code.weights);
    const std::uint64_t before = status_kb(worker.pid(), "VmLck");
    worker.load(load).as<ipc::WorkerLoaded>();
    expect_locked(worker, before + pages_kb(bytes));
    park(worker).as<ipc::Ok>();
    expect_locked(worker, before);
    wake(worker).as<ipc::WorkerLoaded>();
    expect_locked(worker, before + pages_kb(bytes));
    worker.control_answer(worker.ask_control(ipc::WorkerUnload{1})).as<ipc::Ok>();
    expect_locked(worker, before);
}

TEST(Park, leaves_the_weights_of_other_models_locked) {
    WorkerProcess worker;
    const ipc::WorkerLoad first = tiny("tiny-pt2");
    const std::uint64_t before = status_kb(worker.pid(), "VmLck");
    const std::uint64_t weights = pages_kb(fs::file_size(first.code.weights));
    ipc::WorkerLoad second = first;  // which maps the same file once more
    second.model = 2;
    worker.load(first).as<ipc::WorkerLoaded>();
    worker.load(second).as<ipc::WorkerLoaded>();
    expect_locked(worker, before + 2 * weights);
    park(worker, 2).as<ipc::Ok>();
    expect_locked(worker, before + weights);
    EXPECT_EQ(answer_of(worker).size(), 8U);
}

TEST(Wake, tells_its_own_phases_and_time_and_the_load_s_device_and_weights) {
    WorkerProcess worker;
    const auto load = worker.load(tiny("tiny-pt2")).as<ipc::WorkerLoaded>().report;
    park(worker).as<ipc::Ok>();
    const auto wake_report = wake(worker).as<ipc::WorkerLoaded>().report;
    EXPECT_EQ(wake_report.device, load.device);
    EXPECT_EQ(wake_report.weight_bytes, load.weight_bytes);
    EXPECT_TRUE(wake_report.mapped_weights);
    EXPECT_GT(wake_report.total_ns, 0U);
    const auto named = [](const char* name) {
        return [name](const ipc::Phase& phase) { return phase.name == name; };
    };
    EXPECT_EQ(std::ranges::count_if(wake_report.phases, named("read")), 1);
    EXPECT_EQ(std::ranges::count_if(wake_report.phases, named("build")), 0) << "it is still built";
}

TEST(Park, of_an_unknown_model_is_refused_in_one_line) {
    WorkerProcess worker;
    for (const Message& answer : {park(worker, 7), wake(worker, 7)}) {
        const Error error = answer.as<ipc::ErrorReply>().error;
        EXPECT_EQ(error.code, Errc::unknown_model);
        EXPECT_EQ(error.message, "model number 7 is not loaded here");
    }
    EXPECT_FALSE(worker.health().loading) << "what was refused is not pending";
}

TEST(Park, of_an_unloaded_model_is_refused) {
    WorkerProcess worker;
    worker.load(tiny("tiny-pt2")).as<ipc::WorkerLoaded>();
    worker.control_answer(worker.ask_control(ipc::WorkerUnload{1})).as<ipc::Ok>();
    EXPECT_EQ(park(worker).as<ipc::ErrorReply>().error.code, Errc::unknown_model);
}

TEST(Park, would_give_nothing_back_of_torchscript_and_of_weights_inside_the_code) {
    WorkerProcess worker;
    EXPECT_FALSE(worker.load(torchscript("tiny", tiny_inputs(), tiny_outputs()))
                     .as<ipc::WorkerLoaded>()
                     .can_park);
    EXPECT_FALSE(worker.load(tiny("tiny-baked")).as<ipc::WorkerLoaded>().can_park);
}

TEST(Park, of_a_model_is_undone_by_an_unload) {
    WorkerProcess worker;
    worker.load(tiny("tiny-pt2")).as<ipc::WorkerLoaded>();
    park(worker).as<ipc::Ok>();
    worker.control_answer(worker.ask_control(ipc::WorkerUnload{1})).as<ipc::Ok>();
    EXPECT_EQ(worker.health().models, 0U);
    worker.load(tiny("tiny-pt2")).as<ipc::WorkerLoaded>();
    EXPECT_EQ(answer_of(worker).size(), 8U);
}

}  // namespace
}  // namespace samovar::tests
