// Limits of a GPU that the daemon knows by what NVML tells.

#include <gmock/gmock.h>

#include "tests/integration/residency/fake_gpu_machine.hpp"

namespace samovar::tests {
namespace {

using testing::HasSubstr;
using testing::Not;

class OnGpu : public FakeGpuMachine, public Budgeted {
  protected:
    explicit OnGpu(const std::string& limits, std::vector<std::string> environment = {})
        : Budgeted("[device.\"cuda:0\"]\n" + limits, plan(std::move(environment))) {
        device = "cuda:0";
    }
    // Of a and b the one or the other.
    bool one_stays() {
        return wait_until([this] {
            return (residency("a") == Residency::hot) != (residency("b") == Residency::hot);
        });
    }
    bool says(const std::string& words) {
        return wait_until([&] { return daemon.log().find(words) != std::string::npos; });
    }
};

struct GpuWithReserve : OnGpu {
    GpuWithReserve() : OnGpu("leave_free = \"100MB\"\n") {
        for (const char* model : {"a", "b"})
            put("hefty", model, "");
        client.reload().value();
        EXPECT_TRUE(run("a"));
        EXPECT_TRUE(run("b"));
    }
};

TEST_F(GpuWithReserve, lets_idle_models_step_down_for_another_program_and_brings_them_back) {
    leave(30);
    EXPECT_TRUE(comes_to("a", Residency::cold));
    EXPECT_TRUE(comes_to("b", Residency::cold));
    EXPECT_EQ(client.why("a").value().rule, "pressure");
    leave(500);
    EXPECT_TRUE(comes_to("a", Residency::hot));
    EXPECT_TRUE(comes_to("b", Residency::hot));
}

TEST_F(GpuWithReserve, keeps_those_that_fit_beside_the_other_program) {
    leave(85);  // 15 MB are missing, which one model of 25 MB gives back
    EXPECT_TRUE(one_stays());
}

TEST_F(GpuWithReserve, looks_before_each_load_and_waits_for_no_second_to_pass) {
    leave(30);
    ASSERT_TRUE(comes_to("a", Residency::cold));
    ASSERT_TRUE(comes_to("b", Residency::cold));
    EXPECT_EQ(run("a").error().code, Errc::out_of_memory);
    leave(500);
    EXPECT_TRUE(run("a"));
}

TEST_F(GpuWithReserve, keeps_what_it_saw_last_while_the_driver_does_not_answer) {
    gpus.are({}, 9);
    ASSERT_TRUE(says("cuda:0 is not seen any more: "));
    EXPECT_EQ(residency("a"), Residency::hot);
    leave(30);
    EXPECT_TRUE(comes_to("a", Residency::cold));
}

struct GpuByShare : OnGpu {
    GpuByShare() : OnGpu("budget = \"4.5%\"\n") {}
};

TEST_F(GpuByShare, gives_models_that_share_of_its_memory) {
    for (const char* model : {"a", "b"})
        put("hefty", model, "");
    client.reload().value();
    ASSERT_TRUE(run("a"));
    ASSERT_TRUE(run("b"));
    EXPECT_TRUE(comes_to("a", Residency::cold)) << "45 MB have room for one of 25 MB";
    EXPECT_EQ(residency("b"), Residency::hot);
}

TEST_F(GpuByShare, knows_from_the_start_which_pins_fit) {
    put("hefty", "a", "pinned = true\n");
    put("hefty", "b", "pinned = true\n");
    ASSERT_TRUE(daemon.stop());
    daemon.start();
    EXPECT_THAT(daemon.log(),
                HasSubstr("of the 45.0 MB that models may hold of cuda:0 are pinned"));
}

struct GpuWithoutLimits : OnGpu {
    GpuWithoutLimits() : OnGpu("") {}
    double price() {
        const std::string text = client.why("a").value().text;
        return std::stod(text.substr(text.find("the price of ") + 13));
    }
};

TEST_F(GpuWithoutLimits, is_all_that_the_price_of_an_idle_minute_is_a_share_of) {
    take("hefty", "a", "forecast = true\n");
    ASSERT_TRUE(run("a"));
    ASSERT_TRUE(wait_until([&] { return client.status().value().devices[1].total.has_value(); }));
    const double in_a_large_one = price();
    gpus.are({{.total = 250 * kMegabyte, .free = 100 * kMegabyte}});
    EXPECT_TRUE(
        wait_until([&] { return client.status().value().devices[1].total == 250 * kMegabyte; }));
    EXPECT_NEAR(price() / in_a_large_one, 4, 0.1);
}

// A GPU that is not there when the daemon starts.
struct GpuThatComesLater : OnGpu {
    GpuThatComesLater() : OnGpu("budget = \"4.5%\"\nleave_free = \"100MB\"\n", {}) {
        EXPECT_TRUE(daemon.stop());
        gpus.are({}, 9);
        daemon.start();
        client = Client::connect({.socket = daemon.socket()}).value();
        for (const char* model : {"a", "b"})
            put("hefty", model, "");
        client.reload().value();
    }
};

TEST_F(GpuThatComesLater, is_missed_with_a_warning_and_limited_from_when_it_is_seen) {
    EXPECT_THAT(daemon.log(), HasSubstr("device cuda:0 is not seen: nvmlInit: Driver Not Loaded; "
                                        "what samovard.toml leaves free of it, or gives as a "
                                        "share, holds from when it is"));
    ASSERT_TRUE(run("a"));
    ASSERT_TRUE(run("b"));
    EXPECT_EQ(residency("a"), Residency::hot) << "no limit is known";
    leave(500);
    EXPECT_TRUE(one_stays());
}

struct GpuWithBudget : OnGpu {
    GpuWithBudget() : OnGpu("budget = \"800MB\"\n") {
        put("hefty", "a", "");
        client.reload().value();
        EXPECT_TRUE(run("a"));
    }
    std::string environment_of_worker() const {
        return text_of("/proc/" + std::to_string(daemon.worker("cuda:0").pid) + "/environ");
    }
};

TEST_F(GpuWithBudget, is_told_of_by_a_status) {
    const DaemonStatus status = client.status().value();
    ASSERT_EQ(status.devices.size(), 2U);
    EXPECT_EQ(status.devices[0].name, "cpu");
    EXPECT_GT(status.devices[0].total, status.devices[0].free);
    const DeviceStatus& gpu = status.devices[1];
    EXPECT_EQ(gpu.name, "cuda:0");
    EXPECT_EQ(gpu.description, "Fake");
    EXPECT_EQ(gpu.uuid, "GPU-0123");
    EXPECT_EQ(gpu.total, 1000 * kMegabyte);
    EXPECT_EQ(gpu.free, 500 * kMegabyte);
    EXPECT_EQ(gpu.limit, 800 * kMegabyte);
    EXPECT_GT(gpu.held, 25 * kMegabyte);
    EXPECT_LT(gpu.held, 30 * kMegabyte);
    EXPECT_EQ(gpu.problem, "");
}

TEST_F(GpuWithBudget, is_looked_at_again_for_a_status_and_missed_with_the_reason) {
    const auto gpu = [this] { return client.status().value().devices[1]; };
    leave(70);
    EXPECT_TRUE(wait_until([&] { return gpu().free == 70 * kMegabyte; }));
    gpus.are({}, 9);
    EXPECT_TRUE(wait_until([&] { return gpu().problem == "nvmlInit: Driver Not Loaded"; }));
}

TEST_F(GpuWithBudget, has_its_energy_shared_out_among_the_models_that_were_hot_and_idle) {
    put("hefty", "b", "");
    client.reload().value();
    ASSERT_TRUE(run("b"));
    const auto joules = [this](const char* model) {
        return client.warmth(model).value().brought_up.at(0).idle_joules;
    };
    EXPECT_EQ(joules("a"), std::nullopt);
    // A status looks at the GPU, once a second at most.
    leave(500, 1'000'000);
    EXPECT_TRUE(wait_until([&] { return client.status() && joules("a").has_value(); }));
    EXPECT_EQ(joules("a"), 0);
    leave(500, 1'600'000);
    EXPECT_TRUE(wait_until([&] { return client.status() && joules("a") > 0; }));
    EXPECT_NEAR(joules("a").value(), 300, 1);
    EXPECT_NEAR(joules("b").value(), 300, 1);
}

TEST_F(GpuWithBudget, is_counted_by_its_workers_as_the_driver_counts) {
    EXPECT_THAT(environment_of_worker(), HasSubstr("CUDA_DEVICE_ORDER=PCI_BUS_ID"));
}

struct GpuThatIsMissing : OnGpu {
    GpuThatIsMissing() : OnGpu("budget = \"80%\"\n[device.\"cuda:7\"]\nbudget = \"1GB\"\n") {}
};

TEST_F(GpuThatIsMissing, is_warned_of_at_the_start) {
    EXPECT_TRUE(
        says("device cuda:7 is not seen: there is no cuda:7: the driver shows 1 GPU; its "
             "budget holds all the same"));
}

struct GpuInAnotherOrder : OnGpu {
    GpuInAnotherOrder() : OnGpu("budget = \"800MB\"\n", {"CUDA_DEVICE_ORDER=FASTEST_FIRST"}) {}
};

TEST_F(GpuInAnotherOrder, is_left_to_whoever_said_so) {
    put("hefty", "a", "");
    client.reload().value();
    ASSERT_TRUE(run("a"));
    const std::string environment =
        text_of("/proc/" + std::to_string(daemon.worker("cuda:0").pid) + "/environ");
    EXPECT_THAT(environment, HasSubstr("CUDA_DEVICE_ORDER=FASTEST_FIRST"));
    EXPECT_THAT(environment, Not(HasSubstr("PCI_BUS_ID")));
}

}  // namespace
}  // namespace samovar::tests
