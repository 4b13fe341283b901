// What `samovar doctor` makes of what it finds.

#include <gmock/gmock.h>

#include <fstream>

#include "client/cli/doctor/devices.hpp"
#include "client/cli/doctor/kernel.hpp"
#include "client/cli/doctor/program.hpp"
#include "client/cli/doctor/service.hpp"
#include "tests/support/process.hpp"

namespace samovar::cli {
namespace {

using testing::AllOf;
using testing::Contains;
using testing::Each;
using testing::ElementsAre;
using testing::Field;
using testing::HasSubstr;
using Level = Finding::Level;

auto is(Level level, const std::string& words) {
    return AllOf(Field(&Finding::level, level), Field(&Finding::what, HasSubstr(words)));
}

KernelFacts good_kernel() {
    return {"6.1.0", true, true, 2, 64ULL << 30, 32ULL << 30};
}

TEST(TheKernel, that_has_all_is_fine) {
    EXPECT_THAT(check_kernel(good_kernel()), Each(Field(&Finding::level, Level::ok)));
}

TEST(TheKernel, without_sealed_memfds_or_pidfds_fails) {
    KernelFacts facts = good_kernel();
    facts.sealed_memfd = false;
    EXPECT_THAT(check_kernel(facts), Contains(is(Level::fail, "no sealed memfds")));
    facts = good_kernel();
    facts.pidfd = false;
    EXPECT_THAT(check_kernel(facts), Contains(is(Level::fail, "no pidfds")));
}

TEST(TheKernel, without_landlock_or_with_little_memory_is_warned_of) {
    KernelFacts facts = good_kernel();
    facts.landlock_abi = 0;
    facts.memory_available = 1ULL << 30;
    EXPECT_THAT(check_kernel(facts),
                AllOf(Contains(is(Level::warn, "models can read")),
                      Contains(is(Level::warn, "1.1 GB of 68.7 GB available"))));
}

TEST(TheKernel, of_this_machine_can_hold_channels) {
    const KernelFacts facts = read_kernel();
    EXPECT_TRUE(facts.sealed_memfd);
    EXPECT_TRUE(facts.pidfd);
    EXPECT_GT(facts.memory_total, facts.memory_available);
}

constexpr const char* kLimits =
    "Limit                     Soft Limit           Hard Limit           Units     \n"
    "Max locked memory         8388608              8388608              bytes     \n"
    "Max open files            1024                 524288               files     \n";

TEST(Limits, that_are_low_are_warned_of_with_whose_they_are) {
    const auto limits = parse_limits(kLimits);
    ASSERT_TRUE(limits);
    EXPECT_THAT(check_limits(*limits, "the daemon's"),
                ElementsAre(is(Level::warn, "the daemon's limit is 1024"),
                            is(Level::warn, "the daemon's limit is 8.4 MB")));
}

TEST(Limits, that_are_none_are_fine) {
    const auto limits = parse_limits(
        "Max locked memory         unlimited            unlimited            bytes     \n"
        "Max open files            unlimited            unlimited            files     \n");
    ASSERT_TRUE(limits);
    EXPECT_THAT(check_limits(*limits, "x"), Each(Field(&Finding::level, Level::ok)));
    EXPECT_FALSE(parse_limits("nothing"));
}

class Gpus : public testing::Test {
  protected:
    void make(const std::string& name, const std::string& text = "") {
        const auto file = folder_.path() / name;
        std::filesystem::create_directories(file.parent_path());
        std::ofstream(file) << text;
    }
    tests::TemporaryFolder folder_;
};

TEST_F(Gpus, that_are_not_there_are_no_fault) {
    EXPECT_THAT(check_devices(folder_.path()), ElementsAre(is(Level::ok, "on the CPU")));
}

TEST_F(Gpus, need_their_driver_and_their_files) {
    make("dev/nvidia0");
    EXPECT_THAT(check_devices(folder_.path()), ElementsAre(is(Level::fail, "not loaded")));
    make("proc/driver/nvidia/version", "NVRM version: 580.1\nGCC\n");
    EXPECT_THAT(check_devices(folder_.path()),
                AllOf(Contains(is(Level::ok, "1 device, NVRM version: 580.1")),
                      Contains(is(Level::fail, "nvidia-uvm: No such file"))));
    std::filesystem::remove(folder_.path() / "dev/nvidia0");
    EXPECT_THAT(check_devices(folder_.path()), ElementsAre(is(Level::fail, "there is no")));
}

TEST(AWorker, that_runs_says_which_libtorch_it_found) {
    EXPECT_EQ(
        judge_probe("samovar-worker", 0,
                    "samovar-worker 0.1.0\ntorch 2.11.0\nlibtorch /opt/t/libtorch_cpu.so\n", ""),
        fine("samovar-worker", "LibTorch 2.11.0 from /opt/t/libtorch_cpu.so"));
}

TEST(AWorker, that_finds_no_libtorch_says_what_is_missing) {
    EXPECT_THAT(judge_probe("samovar-worker", 127, "",
                            "samovar-worker: error while loading shared libraries: libc10.so: "
                            "cannot open shared object file: No such file or directory\n"),
                is(Level::fail, "LibTorch is not found: libc10.so: cannot open"));
    EXPECT_THAT(judge_probe("samovar-worker", 127, "",
                            "samovar-worker: symbol lookup error: undefined symbol: _Zx\n"),
                is(Level::fail, "another LibTorch"));
    EXPECT_THAT(judge_probe("samovar-worker", 139, "", ""), is(Level::fail, "status 139"));
}

TEST(AWorker, that_is_not_installed_fails) {
    const tests::TemporaryFolder folder;
    EXPECT_THAT(check_workers(folder.path()), ElementsAre(is(Level::fail, "there is none in")));
}

TEST(ADisk, is_looked_at_where_the_folder_will_be) {
    const tests::TemporaryFolder folder;
    EXPECT_NE(check_disk("disk", folder.path() / "not/made/yet").what.find(" free"),
              std::string::npos);
}

TEST(ASocket, that_is_for_all_is_warned_of_and_a_file_is_none) {
    const tests::TemporaryFolder folder;
    EXPECT_THAT(check_socket(folder.path() / "s"), is(Level::fail, "No such file"));
    std::ofstream(folder.path() / "s") << "x";
    EXPECT_THAT(check_socket(folder.path() / "s"), is(Level::fail, "is no socket"));
}

TEST(TheConfiguration, is_what_the_daemon_says_of_it) {
    const ConfigurationLook look = parse_check(
        "{\"places\": {\"models\": \"/m\", \"store\": \"/c\", \"state\": \"/s\", "
        "\"worker_folder\": \"/w\"}}\n"
        "rubbish\n"
        "{\"level\": \"fail\", \"subject\": \"model x\", \"what\": \"y\", \"way_out\": \"z\"}\n");
    EXPECT_EQ(look.models, "/m");
    EXPECT_EQ(look.worker_folder, "/w");
    EXPECT_THAT(look.findings, ElementsAre(bad("model x", "y", "z")));
}

TEST(AProgram, is_run_to_its_end_with_its_streams_apart) {
    const auto outcome = run_program({"sh", "-c", "echo $WORD; echo no >&2; exit 3"}, {"WORD=yes"},
                                     std::chrono::seconds(30));
    ASSERT_TRUE(outcome);
    EXPECT_EQ(outcome->status, 3);
    EXPECT_EQ(outcome->out, "yes\n");
    EXPECT_EQ(outcome->err, "no\n");
}

TEST(AProgram, that_does_not_end_is_killed_and_one_that_is_not_there_is_said_so) {
    const auto hangs = run_program({"sleep", "60"}, {}, std::chrono::milliseconds(50));
    ASSERT_FALSE(hangs);
    EXPECT_EQ(hangs.error().code, Errc::timed_out);
    EXPECT_FALSE(run_program({"/nowhere/x"}, {}, std::chrono::seconds(30)));
}

}  // namespace
}  // namespace samovar::cli
