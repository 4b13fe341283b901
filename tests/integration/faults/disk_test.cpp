// Disks that are full or read-only: jobs go on, the log says so once, and what can be written down
// is written down again when there is room.

#include <gmock/gmock.h>

#include <cstdlib>

#include "tests/support/daemon_under_test.hpp"
#include "tests/support/fault_board.hpp"
#include "tests/support/small_disk.hpp"

namespace samovar::tests {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;
using testing::HasSubstr;

constexpr std::size_t kDiskBytes = 1u << 20;
constexpr const char* kNoGpu = "CUDA_VISIBLE_DEVICES=";
constexpr const char* kCannot = "events cannot be written down: ";
constexpr const char* kCannotRemember = "memories of models cannot be written down: ";

std::size_t times(const std::string& words, const std::string& text) {
    std::size_t count = 0;
    for (std::size_t at = text.find(words); at != text.npos; at = text.find(words, at + 1))
        ++count;
    return count;
}

class Disks : public testing::Test {
  protected:
    void SetUp() override { ASSERT_EQ(disk.why_not(), ""); }
    void start(DaemonPlan plan) {
        plan.models = {"add", "invert"};
        plan.environment.emplace_back(kNoGpu);
        plan.given_clock = true;
        daemon.emplace(std::move(plan));
        client.emplace(daemon->socket());
        client->get<ipc::ModelLoaded>(ipc::LoadModel{"invert"});  // which keeps the worker
    }
    void expect_served() {
        const auto done =
            client->get<ipc::Done>(job("add", {floats({3, 4, 5}), floats({10, 20, 30})}));
        EXPECT_EQ(values_of<float>(done.outputs.at(0)), (std::vector<float>{13, 24, 35}));
    }
    // Four events, each a line to be written down.
    void move_a_model() {
        expect_served();
        client->get<ipc::Ok>(ipc::UnloadModel{"add"});
    }
    // Moves a model until the log says that.
    bool moves_until_said(const std::string& words) {
        return wait_until([&] {
            move_a_model();
            return times(words, daemon->log()) > 0;
        });
    }
    SmallDisk disk{kDiskBytes};
    std::optional<DaemonUnderTest> daemon;
    std::optional<TestClient> client;
};

TEST_F(Disks, that_are_full_of_the_state_are_told_of_once_and_used_again_when_there_is_room) {
    const fs::path state = disk.path() / "state";
    start({.arguments = {"--state", state.string()}});
    move_a_model();
    disk.fill();
    ASSERT_TRUE(moves_until_said(kCannot));
    for (int i = 0; i < 5; ++i) {
        move_a_model();
        daemon->pass(2min);  // memories are due
    }
    ASSERT_TRUE(wait_until([&] { return times(kCannotRemember, daemon->log()) > 0; }));
    EXPECT_EQ(times(kCannot, daemon->log()), 1U);
    EXPECT_EQ(times(kCannotRemember, daemon->log()), 1U);
    EXPECT_THAT(daemon->log(), HasSubstr("No space left on device"));
    EXPECT_FALSE(fs::exists(state / "residency.state.new")) << "which takes room for nothing";

    disk.empty();
    ASSERT_TRUE(moves_until_said("events are written down again, after "));
    daemon->pass(2min);
    EXPECT_TRUE(wait_until(
        [&] { return times("memories of models are written down again", daemon->log()) == 1; }));
    EXPECT_EQ(times(kCannot, daemon->log()), 1U);
    daemon->stop();
    daemon->start();  // which reads what was written down
    EXPECT_THAT(text_of(state / "events.jsonl"), testing::EndsWith("}\n"));
}

// Log, state, store, models, socket: all that a daemon has lies on it.
TEST_F(Disks, that_are_full_of_all_that_the_daemon_has_leave_it_serving) {
    const char* const before = std::getenv("TMPDIR");
    const std::string home = before ? before : "";
    ::setenv("TMPDIR", disk.path().c_str(), 1);
    start({});
    if (before)
        ::setenv("TMPDIR", home.c_str(), 1);
    else
        ::unsetenv("TMPDIR");
    disk.fill();
    for (int i = 0; i < 30; ++i)
        move_a_model();
    // What has to be copied is refused, with the reason.
    const fs::path model = made_model("hefty");
    const Error error = client->call(ipc::AddModel{model.string()}).error();
    EXPECT_THAT(describe(error), HasSubstr("No space left on device"));
    daemon->pass(2min);
    expect_served();
    TestClient fresh(daemon->socket());
    EXPECT_EQ(fresh.get<ipc::StatusReport>(ipc::Status{}).sessions, 2U);

    disk.empty();
    EXPECT_TRUE(moves_until_said("events are written down again"));
}

TEST_F(Disks, that_are_read_only_when_the_daemon_starts_cost_its_memory_alone) {
    fs::create_directory(disk.path() / "state");
    disk.make_read_only();
    start({.arguments = {"--state", (disk.path() / "state").string()}});
    EXPECT_EQ(times("nothing outlives this daemon", daemon->log()), 1U);
    move_a_model();
    daemon->pass(2min);
    expect_served();
    EXPECT_EQ(times("cannot be written down", daemon->log()), 0U) << "it was said before";
}

TEST_F(Disks, that_are_read_only_are_no_store) {
    fs::create_directory(disk.path() / "store");
    disk.make_read_only();
    start({});
    const fs::path output = daemon->folder() / "second";
    const Ended ended = run_to_end(
        {.arguments = daemon->command_line({"--store", (disk.path() / "store").string(), "--socket",
                                            (daemon->folder() / "t").string()}),
         .output = output});
    EXPECT_EQ(ended.exit_status, 1);
    EXPECT_THAT(ended.output, HasSubstr("Read-only file system"));
    EXPECT_THAT(ended.output, HasSubstr("--store"));
}

// As when the kernel finds a file system damaged, and lets nobody write to it any more.
TEST_F(Disks, that_become_read_only_are_told_of_once) {
    const TemporaryFolder folder;
    FaultBoard board(folder.path());
    start({.environment = board.environment()});
    move_a_model();
    FaultBoard::arm(board.daemon(), {call_number("write"), EROFS, 0, 1'000'000});
    for (int i = 0; i < 5; ++i) {
        move_a_model();
        daemon->pass(2min);
    }
    EXPECT_EQ(times(kCannot, daemon->log()), 1U);
    EXPECT_THAT(daemon->log(), HasSubstr("Read-only file system"));
    board.disarm();
    EXPECT_TRUE(moves_until_said("events are written down again"));
}

}  // namespace
}  // namespace samovar::tests
