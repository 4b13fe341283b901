// What the machine says of its memory.

#include "daemon/residency/device_memory.hpp"

#include <gmock/gmock.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cstring>
#include <fstream>

#include "tests/support/process.hpp"

namespace samovar::daemon {
namespace {

using testing::HasSubstr;

TEST(Meminfo, is_read_in_bytes) {
    const tests::TemporaryFolder folder;
    std::ofstream(folder.path() / "meminfo") << "MemTotal:       24684092 kB\nMemFree:        "
                                                "20281344 kB\nMemAvailable:   23718728 kB\n";
    const HostMemory memory = read_meminfo(folder.path() / "meminfo");
    EXPECT_EQ(memory.total, 24'684'092ULL * 1024);
    EXPECT_EQ(memory.available, 23'718'728ULL * 1024);
}

TEST(Meminfo, that_is_not_there_says_nothing) {
    EXPECT_EQ(read_meminfo("/no/such/file").total, 0U);
}

TEST(AnonymousBytes, grow_with_what_a_process_writes_to) {
    constexpr std::size_t kBytes = 64u << 20;
    const std::uint64_t before = anonymous_bytes(::getpid());
    void* const memory =
        ::mmap(nullptr, kBytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    ASSERT_NE(memory, MAP_FAILED);
    std::memset(memory, 1, kBytes);
    EXPECT_GT(anonymous_bytes(::getpid()), before + kBytes / 2);
    ::munmap(memory, kBytes);
}

TEST(AnonymousBytes, of_a_process_that_is_gone_are_none) {
    EXPECT_EQ(anonymous_bytes(0x7ffffffe), 0U);
}

class Pins : public testing::Test {
  protected:
    static Candidate pinned(const std::string& name, std::uint64_t bytes) {
        Candidate candidate;
        candidate.file.name = name;
        candidate.file.residency.pinned = true;
        candidate.file.pinned_at = name + "/model.toml:12: residency.pinned";
        candidate.device = "cpu";
        candidate.artefact_bytes = bytes;
        return candidate;
    }
    static BudgetOptions budget(std::uint64_t bytes) {
        BudgetOptions options;
        options.devices["cpu"].budget = Amount{bytes, 0};
        return options;
    }
};

TEST_F(Pins, that_fit_together_are_taken) {
    Scan scan;
    scan.candidates = {pinned("a", 40), pinned("b", 60)};
    DeviceMemory(budget(100)).reject_pins(scan, Registry());
    EXPECT_EQ(scan.candidates.size(), 2U);
}

TEST_F(Pins, of_more_than_the_budget_are_told_so) {
    Scan scan;
    scan.candidates = {pinned("a", 140)};
    DeviceMemory(budget(100)).reject_pins(scan, Registry());
    ASSERT_EQ(scan.rejected.size(), 1U);
    EXPECT_THAT(scan.rejected[0].problem,
                HasSubstr("it holds 140 B, which is more than the 100 B that models may hold"));
}

TEST_F(Pins, beyond_the_budget_are_rejected_by_file_line_and_numbers) {
    Scan scan;
    scan.candidates = {pinned("a", 40), pinned("b", 70), pinned("c", 60)};
    DeviceMemory(budget(100)).reject_pins(scan, Registry());
    ASSERT_EQ(scan.candidates.size(), 2U) << "a smaller one after it may fit";
    ASSERT_EQ(scan.rejected.size(), 1U);
    EXPECT_THAT(
        scan.rejected[0].problem,
        HasSubstr("b/model.toml:12: residency.pinned: it holds 70 B, and 40 B of the 100 B"));
}

TEST_F(Pins, are_all_taken_where_there_is_no_budget) {
    Scan scan;
    scan.candidates = {pinned("a", 40), pinned("b", 70)};
    DeviceMemory({}).reject_pins(scan, Registry());
    EXPECT_TRUE(scan.rejected.empty());
}

// ---- What stands in the way of a load -----------------------------------------------------------

class Refusals : public testing::Test {
  protected:
    static BudgetOptions options(const std::string& meminfo = "/no/such/file") {
        BudgetOptions options;
        options.devices["cpu"].budget = Amount{100, 0};
        options.meminfo = meminfo;
        return options;
    }
    static ModelVersion model() {
        ModelVersion model;
        model.file.name = "m";
        model.device = "cpu";
        model.id = 1;
        model.artefact_bytes = 80;
        return model;
    }
    static Error refusal(const DeviceMemory& memory, scheduler::Bytes limit) {
        return memory.refusal(model(), {.wanted = 80, .limit = limit});
    }
};

TEST_F(Refusals, name_the_budget_where_that_is_the_limit) {
    DeviceMemory memory(options());
    memory.add(model(), std::nullopt, {});
    EXPECT_THAT(refusal(memory, 60).hint, HasSubstr("raise the budget"));
    memory.set_ceiling("cpu", 50);
    memory.set_ceiling("cpu", scheduler::kUnlimited);
    EXPECT_THAT(refusal(memory, 60).hint, HasSubstr("raise the budget")) << "the loan is over";
}

TEST_F(Refusals, name_a_loan_where_that_is_the_limit) {
    DeviceMemory memory(options());
    memory.add(model(), std::nullopt, {});
    memory.set_ceiling("cpu", 50);
    EXPECT_THAT(refusal(memory, 50).message, HasSubstr("the rest of cpu is lent"));
    EXPECT_THAT(refusal(memory, 50).hint, HasSubstr("when the command that it is lent to"));
}

TEST_F(Refusals, name_other_programs_where_these_are_the_limit) {
    const tests::TemporaryFolder folder;
    const std::string meminfo = folder.path() / "meminfo";
    std::ofstream(meminfo) << "MemTotal: 1000 kB\nMemAvailable: 500 kB\n";
    BudgetOptions with_reserve = options(meminfo);
    with_reserve.devices["cpu"].leave_free = Amount{500 * 1024 - 30, 0};
    DeviceMemory memory(with_reserve);
    memory.add(model(), std::nullopt, {});
    memory.look_at_machine();
    EXPECT_THAT(refusal(memory, 30).message, HasSubstr("other programs have the rest of cpu"));
    EXPECT_THAT(refusal(memory, 30).hint, HasSubstr("lower leave_free"));
}

TEST(Reserves, of_more_than_a_gpu_has_are_told_with_both_numbers) {
    BudgetOptions options;
    options.devices["cuda:0"].leave_free = Amount{200, 0};
    options.devices["cuda:0"].leave_free_at = "samovard.toml:3: device.cuda:0.leave_free";
    DeviceMemory memory(options);
    GpuReading reading;
    reading.total = 100;
    GpuReadings readings;
    readings.emplace("cuda:0", reading);
    memory.seen(readings, {});
    for (const ipc::DeviceStatus& device : memory.status())
        if (device.name == "cuda:0") {
            EXPECT_THAT(device.problem, HasSubstr("samovard.toml:3: device.cuda:0.leave_free: is "
                                                  "200 B, and the device has 100 B"));
        }
}

}  // namespace
}  // namespace samovar::daemon
