// Whose memory a channel is, by the kernel's account: what MemoryMax= of the unit bounds.

#include <gmock/gmock.h>
#include <unistd.h>

#include <cstring>
#include <fstream>
#include <sstream>
#include <stdexcept>

#include "tests/support/daemon_under_test.hpp"

namespace samovar::tests {
namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t kBytes = 64u << 20;

// A control group with an account of its memory, of either version, removed with the object.
class MemoryGroup {
  public:
    explicit MemoryGroup(const std::string& name)
        : path_(root() / ("samovar-test." + std::to_string(::getpid()) + "." + name)) {
        std::error_code fault;
        if (!fs::create_directory(path_, fault))
            throw std::runtime_error("cannot make " + path_.string() + " (" + fault.message() +
                                     "): this test needs root, and control groups that it may "
                                     "write to");
    }
    ~MemoryGroup() {
        // Whoever is still in it goes back.
        std::ifstream members(path_ / "cgroup.procs");
        for (std::string pid; members >> pid;)
            std::ofstream(root() / "cgroup.procs") << pid;
        ::rmdir(path_.c_str());
    }
    MemoryGroup(const MemoryGroup&) = delete;
    MemoryGroup& operator=(const MemoryGroup&) = delete;

    void take(pid_t pid) const {
        std::ofstream members(path_ / "cgroup.procs");
        if (!(members << pid << std::flush))
            throw std::runtime_error("cannot move a process to " + path_.string());
    }
    std::uint64_t bytes() const {
        const bool second = fs::exists(path_ / "memory.current");
        std::ifstream in(path_ / (second ? "memory.current" : "memory.usage_in_bytes"));
        std::uint64_t count = 0;
        in >> count;
        return count;
    }

  private:
    // Where the memory controller is mounted; with version 2 it is asked for.
    static fs::path root() {
        std::ifstream mounts("/proc/mounts");
        for (std::string line; std::getline(mounts, line);) {
            std::istringstream words(line);
            std::string device, folder, type, options;
            words >> device >> folder >> type >> options;
            if (type == "cgroup" && ("," + options + ",").find(",memory,") != std::string::npos)
                return folder;
            if (type != "cgroup2") continue;
            if (text_of(fs::path(folder) / "cgroup.controllers").find("memory") ==
                std::string::npos)
                continue;
            std::ofstream(fs::path(folder) / "cgroup.subtree_control") << "+memory";
            return folder;
        }
        throw std::runtime_error("no control group of this machine counts memory");
    }

    fs::path path_;
};

TEST(TheMemoryOfAChannel, is_the_daemons_though_the_client_writes_it) {
    const MemoryGroup daemons("daemon"), clients("client");
    DaemonUnderTest daemon;
    daemons.take(daemon.pid());
    const std::uint64_t before = daemons.bytes();
    // A client in a process of its own, since this one's memory is all over the place.
    const Process client([&] {
        clients.take(::getpid());
        TestClient caller(daemon.socket());
        const TestChannel channel = open_channel(caller, kBytes);
        std::memset(channel.bytes().data(), 1, kBytes);
        std::ofstream(daemon.folder() / "written") << "yes";
        ::pause();
    });
    ASSERT_TRUE(wait_until([&] { return fs::exists(daemon.folder() / "written"); }));
    EXPECT_GE(daemons.bytes(), before + kBytes);
    EXPECT_LT(clients.bytes(), kBytes / 2);
}

// What it had is given back with the group, and nobody else is charged for it.
TEST(TheMemoryOfAChannel, that_outlives_its_daemon_is_not_the_next_ones) {
    const MemoryGroup first("first"), second("second");
    DaemonUnderTest daemon;
    first.take(daemon.pid());
    TestClient before(daemon.socket());
    const TestChannel channel = open_channel(before, kBytes);
    daemon.kill();
    daemon.start();
    second.take(daemon.pid());
    TestClient after(daemon.socket());
    const Answer resumed = after.call(ipc::ResumeChannel{kBytes}, channel.memfd.get());
    ASSERT_TRUE(resumed.is<ipc::ChannelOpened>()) << resumed.describe();
    std::memset(channel.bytes().data(), 1, kBytes);
    EXPECT_EQ(daemon.status().channel_bytes, kBytes) << "in its own books it is";
    EXPECT_GE(first.bytes(), kBytes);
    EXPECT_LT(second.bytes(), kBytes / 2);
}

}  // namespace
}  // namespace samovar::tests
