// What is read of GPUs through the driver's library, which is a fake here.

#include "daemon/devices/nvml.hpp"

#include <gmock/gmock.h>

#include <thread>

#include "daemon/devices/gpu_probe.hpp"
#include "tests/support/fake_gpus.hpp"
#include "tests/unit/daemon/loop.hpp"

namespace samovar::daemon {
namespace {

using testing::HasSubstr;

class NvmlTells : public testing::Test {
  protected:
    NvmlTells() { gpus.set_variable(); }
    Result<GpuReading> read(const std::string& device) { return nvml.read({device}).at(device); }

    // As NVML may list them: not by their place on the bus.
    tests::FakeGpus gpus{{{.uuid = "GPU-later", .bus = 0x41, .total = 2000, .free = 1500},
                          {.uuid = "GPU-first",
                           .bus = 0x1a,
                           .total = 1000,
                           .free = 900,
                           .energy_mj = 70'000,
                           .name = "Brand"},
                          {.uuid = "MIG-part", .bus = 0x41, .total = 500, .free = 400}}};
    Nvml nvml{SAMOVAR_FAKE_NVML_LIBRARY, {}};
};

TEST_F(NvmlTells, what_a_gpu_is_and_has) {
    const GpuReading reading = read("cuda:0").value();
    EXPECT_EQ(reading.uuid, "GPU-first");
    EXPECT_EQ(reading.name, "Brand");
    EXPECT_EQ(reading.pci, "00000000:1A:00.0");
    EXPECT_EQ(reading.total, 1000U);
    EXPECT_EQ(reading.free, 900U);
    EXPECT_EQ(reading.energy_mj, 70'000U);
}

TEST_F(NvmlTells, of_gpus_in_the_order_of_the_bus) {
    EXPECT_EQ(read("cuda:1").value().uuid, "GPU-later");
}

TEST_F(NvmlTells, of_no_joules_where_the_device_does_not) {
    EXPECT_EQ(read("cuda:1").value().energy_mj, std::nullopt);
}

TEST_F(NvmlTells, of_what_cuda_would_see) {
    Nvml other(SAMOVAR_FAKE_NVML_LIBRARY, {"GPU-la,MIG-part,MIG-gone", {}});
    const GpuReadings readings = other.read({"cuda:0", "cuda:1", "cuda:2"});
    EXPECT_EQ(readings.at("cuda:0")->uuid, "GPU-later");
    EXPECT_EQ(readings.at("cuda:1")->total, 500U);
    EXPECT_EQ(readings.at("cuda:2").error().message, "MIG-gone: Some Error");
}

TEST_F(NvmlTells, of_each_moment_anew) {
    gpus.are({{.total = 1000, .free = 900}});
    EXPECT_EQ(read("cuda:0").value().free, 900U);
    gpus.are({{.total = 1000, .free = 30}});
    EXPECT_EQ(read("cuda:0").value().free, 30U);
}

TEST_F(NvmlTells, why_a_device_is_not_seen) {
    EXPECT_EQ(read("cuda:2").error().message, "there is no cuda:2: the driver shows 2 GPUs");
}

TEST_F(NvmlTells, of_a_gpu_that_comes_later) {
    gpus.are({});
    EXPECT_FALSE(read("cuda:0"));
    gpus.are({{.total = 1000, .free = 30}});
    EXPECT_EQ(read("cuda:0").value().total, 1000U);
}

TEST_F(NvmlTells, of_a_gpu_that_was_lost_and_is_back) {
    gpus.are({{.total = 1000, .free = 30, .fault = 15}});
    EXPECT_EQ(read("cuda:0").error().message, "nvmlDeviceGetMemoryInfo: GPU is lost");
    gpus.are({{.total = 1000, .free = 30}});
    EXPECT_TRUE(read("cuda:0"));
}

TEST_F(NvmlTells, that_the_driver_is_not_loaded_until_it_is) {
    gpus.are({{.total = 1000}}, 9);
    EXPECT_EQ(read("cuda:0").error().message, "nvmlInit: Driver Not Loaded");
    gpus.are({{.total = 1000}});
    EXPECT_TRUE(read("cuda:0"));
}

TEST_F(NvmlTells, of_devices_again_after_it_was_let_go) {
    EXPECT_TRUE(read("cuda:0"));
    nvml.close();
    EXPECT_TRUE(read("cuda:0"));
}

TEST(Nvml, that_is_not_installed_is_no_fault_of_the_daemon) {
    Nvml nvml("libnvidia-ml-of-no-machine.so.1", {});
    const Error error = nvml.read({"cuda:0"}).at("cuda:0").error();
    EXPECT_EQ(error.code, Errc::no_device);
    EXPECT_THAT(error.message, HasSubstr("libnvidia-ml-of-no-machine.so.1"));
}

TEST(Nvml, that_lacks_a_function_is_not_used) {
    Nvml nvml("libc.so.6", {});
    EXPECT_THAT(nvml.read({"cuda:0"}).at("cuda:0").error().message, HasSubstr("nvmlInit_v2"));
}

TEST_F(NvmlTells, the_loop_through_a_thread_of_its_own) {
    tests::Loop loop;
    GpuProbe probe(loop.context.get_executor(), SAMOVAR_FAKE_NVML_LIBRARY);
    std::optional<std::thread::id> told_on;
    probe.look({"cuda:0"}, true, [&](const GpuReadings& readings) {
        EXPECT_EQ(readings.at("cuda:0")->total, 1000U);
        told_on = std::this_thread::get_id();
    });
    EXPECT_FALSE(told_on) << "never from inside of the call";
    loop.until([&] { return told_on.has_value(); });
    EXPECT_EQ(told_on, std::this_thread::get_id());
}

TEST_F(NvmlTells, in_the_order_of_the_questions) {
    tests::Loop loop;
    GpuProbe probe(loop.context.get_executor(), SAMOVAR_FAKE_NVML_LIBRARY);
    EXPECT_EQ(probe.look_now({"cuda:0"}).at("cuda:0")->free, 900U);
    std::vector<int> order;
    probe.look({"cuda:0"}, false, [&](const GpuReadings&) { order.push_back(1); });
    probe.look({"cuda:1"}, true, [&](const GpuReadings&) { order.push_back(2); });
    probe.let_go();
    loop.until([&] { return order.size() == 2; });
    EXPECT_THAT(order, testing::ElementsAre(1, 2));
}

}  // namespace
}  // namespace samovar::daemon
