// A process in the sandbox, with no model. Not with a sanitizer, whose own threads run already.
// What a model tries is in tests/integration/access/sandbox_test.cpp.

#include "daemon/worker/sandbox/sandbox.hpp"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <fstream>
#include <functional>
#include <thread>

#include "daemon/worker/sandbox/landlock.hpp"
#include "ipc/os/landlock_version.hpp"
#include "tests/unit/worker/temporary_file.hpp"

namespace samovar::worker {
namespace {

using testing::HasSubstr;

// "good", or the number of what was wrong as errno tells it.
std::string outcome(long result) {
    return result >= 0 ? "good" : ::strerrorname_np(errno);
}

class TheSandbox : public testing::Test {
  protected:
    void SetUp() override {
        ASSERT_GT(ipc::landlock_version(), 0) << "these tests need a kernel that has Landlock";
    }

    // What `attempt` says in a process of its own that has entered the sandbox.
    std::string within(const std::function<std::string()>& attempt, bool cuda = false) const {
        int ends[2];
        if (::pipe2(ends, O_CLOEXEC) != 0) throw std::runtime_error("pipe");
        const pid_t child = ::fork();
        if (child == 0) {
            const Result<Sandbox> sandbox = enter_sandbox({room_.folder(), cuda, true});
            const std::string said = sandbox ? attempt() : describe(sandbox.error());
            ::_exit(::write(ends[1], said.data(), said.size()) < 0 ? 1 : 0);
        }
        ::close(ends[1]);
        std::string said(4096, '\0');
        const ssize_t count = ::read(ends[0], said.data(), said.size());
        ::close(ends[0]);
        ::waitpid(child, nullptr, 0);
        said.resize(count > 0 ? static_cast<std::size_t>(count) : 0);
        return said;
    }

    TemporaryFiles room_, elsewhere_;
};

TEST_F(TheSandbox, says_what_there_is_of_it) {
    const std::string said = within([&] {
        const Result<Sandbox> again = enter_sandbox({room_.folder(), false, false});
        return again ? std::string(to_string(again->is)) + ": " + again->words : "";
    });
    EXPECT_EQ(said, "on: Landlock, filter of system calls");
}

TEST_F(TheSandbox, lets_its_room_be_read_and_not_written) {
    const std::string file = room_.write("weights", "bytes");
    EXPECT_EQ(within([&] { return outcome(::open(file.c_str(), O_RDONLY)); }), "good");
    EXPECT_EQ(within([&] { return outcome(::open(file.c_str(), O_RDWR)); }), "EACCES");
    EXPECT_EQ(within([&] { return outcome(::truncate(file.c_str(), 0)); }), "EPERM");
    EXPECT_EQ(within([&] { return outcome(::unlink(file.c_str())); }), "EACCES");
    EXPECT_EQ(within([&] { return outcome(::chmod(file.c_str(), 0777)); }), "EPERM");
    const std::string other = room_.folder() / "other";
    EXPECT_EQ(within([&] { return outcome(::open(other.c_str(), O_WRONLY | O_CREAT, 0600)); }),
              "EACCES");
}

TEST_F(TheSandbox, lets_what_is_put_into_the_room_later_be_read) {
    // Landlock's rule is of the folder, not of what lay in it.
    const std::string file = room_.folder() / "1" / "later";
    EXPECT_EQ(within([&] { return outcome(::open(file.c_str(), O_RDONLY)); }), "ENOENT");
    room_.write("1/later", "bytes");
    EXPECT_EQ(within([&] { return outcome(::open(file.c_str(), O_RDONLY)); }), "good");
}

TEST_F(TheSandbox, hides_the_same_file_by_another_name) {
    const std::string file = elsewhere_.write("weights", "bytes");
    const std::string link = room_.folder() / "weights";
    std::filesystem::create_hard_link(file, link);
    EXPECT_EQ(within([&] { return outcome(::open(link.c_str(), O_RDONLY)); }), "good");
    EXPECT_EQ(within([&] { return outcome(::open(file.c_str(), O_RDONLY)); }), "EACCES");
    std::filesystem::create_symlink(file, room_.folder() / "symbolic");
    EXPECT_EQ(
        within([&] { return outcome(::open((room_.folder() / "symbolic").c_str(), O_RDONLY)); }),
        "EACCES");
}

TEST_F(TheSandbox, leaves_what_libraries_look_at) {
    for (const char* file : {"/proc/self/maps", "/proc/self/status", "/proc/cpuinfo",
                             "/sys/devices/system/cpu/online", "/dev/null", "/etc/ld.so.cache"})
        EXPECT_EQ(within([&] { return outcome(::open(file, O_RDONLY)); }), "good") << file;
    EXPECT_EQ(within([&] { return outcome(::open("/dev/null", O_WRONLY | O_TRUNC)); }), "good");
    for (const char* file : {"/etc/passwd", "/proc/1/status", "/root", "/tmp"})
        EXPECT_EQ(within([&] { return outcome(::open(file, O_RDONLY)); }), "EACCES") << file;
}

TEST_F(TheSandbox, has_threads_and_memory_and_signals_of_its_own) {
    EXPECT_EQ(within([] {
                  std::string said;
                  std::thread([&] { said = outcome(::open("/etc/passwd", O_RDONLY)); }).join();
                  return said;
              }),
              "EACCES");
    EXPECT_EQ(within([] { return outcome(::memfd_create("own", MFD_CLOEXEC)); }), "good");
    EXPECT_EQ(within([] { return outcome(::raise(SIGURG)); }), "good");
    EXPECT_EQ(within([] { return outcome(::kill(::getpid(), SIGURG)); }), "good");
    EXPECT_EQ(within([] { return outcome(::setpriority(PRIO_PROCESS, 0, 10)); }), "good");
    rlimit limit{};
    EXPECT_EQ(within([&] { return outcome(::getrlimit(RLIMIT_NOFILE, &limit)); }), "good");
}

TEST_F(TheSandbox, has_no_say_over_other_processes) {
    const pid_t other = ::getpid();
    const auto number = static_cast<unsigned>(other);
    EXPECT_EQ(within([&] { return outcome(::kill(other, SIGURG)); }), "EPERM");
    EXPECT_EQ(within([] { return outcome(::kill(0, SIGURG)); }), "EPERM");
    EXPECT_EQ(within([&] { return outcome(::syscall(SYS_tgkill, other, other, SIGURG)); }),
              "EPERM");
    EXPECT_EQ(within([&] { return outcome(::syscall(SYS_pidfd_open, other, 0)); }), "EPERM");
    rlimit limit{};
    EXPECT_EQ(within([&] { return outcome(::prlimit(other, RLIMIT_NOFILE, nullptr, &limit)); }),
              "EPERM");
    EXPECT_EQ(within([&] { return outcome(::setpriority(PRIO_PROCESS, number, 10)); }), "EPERM");
    EXPECT_EQ(within([] { return outcome(::setpriority(PRIO_USER, 0, 10)); }), "EPERM");
    EXPECT_EQ(within([] { return outcome(::prctl(PR_SET_PDEATHSIG, 0)); }), "EPERM");
    // To have another signalled when there is something to read.
    EXPECT_EQ(within([&] { return outcome(::fcntl(0, F_SETOWN, other)); }), "EPERM");
}

TEST_F(TheSandbox, starts_no_process) {
    EXPECT_EQ(within([] { return outcome(::fork()); }), "EPERM");
    EXPECT_EQ(within([] { return outcome(::vfork()); }), "EPERM");
    EXPECT_EQ(within([] { return outcome(::execl("/bin/true", "true", nullptr)); }), "EPERM");
    EXPECT_EQ(within([] { return outcome(::syscall(SYS_clone3, nullptr, 0)); }), "ENOSYS");
}

TEST_F(TheSandbox, opens_no_socket) {
    for (const int family : {AF_INET, AF_INET6, AF_NETLINK, AF_UNIX})
        EXPECT_EQ(within([&] { return outcome(::socket(family, SOCK_STREAM, 0)); }), "EPERM");
    int pair[2];
    EXPECT_EQ(within([&] { return outcome(::socketpair(AF_UNIX, SOCK_DGRAM, 0, pair)); }), "EPERM");
}

TEST_F(TheSandbox, of_cuda_makes_unix_sockets_that_reach_nobody) {
    const auto made = [&](int family, int type) {
        return within([=] { return outcome(::socket(family, type, 0)); }, true);
    };
    EXPECT_EQ(made(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC), "good");
    EXPECT_EQ(made(AF_UNIX, SOCK_SEQPACKET), "good");
    EXPECT_EQ(made(AF_UNIX, SOCK_DGRAM), "EPERM");
    EXPECT_EQ(made(AF_INET, SOCK_STREAM), "EPERM");
    sockaddr address{AF_UNIX, {}};
    EXPECT_EQ(within(
                  [&] {
                      const int fd = ::socket(AF_UNIX, SOCK_STREAM, 0);
                      return outcome(::connect(fd, &address, sizeof address));
                  },
                  true),
              "EPERM");
}

TEST_F(TheSandbox, knows_no_call_that_is_newer_than_its_list) {
    EXPECT_EQ(within([] { return outcome(::syscall(451)); }), "ENOSYS");
    EXPECT_EQ(within([] { return outcome(::syscall(452, AT_FDCWD, "/tmp", 0777, 0)); }), "ENOSYS");
}

TEST_F(TheSandbox, says_what_is_wrong_with_threads_that_run_already) {
    const std::string said = within([&] { return std::string("entered"); });
    EXPECT_EQ(said, "entered");
    Result<Sandbox> late = io_error("not tried", 0);
    const pid_t child = ::fork();
    if (child == 0) {
        std::thread([] { ::pause(); }).detach();
        late = enter_sandbox({room_.folder(), false, true});
        ::_exit(!late && late.error().message.find("threads run already") != std::string::npos ? 0
                                                                                               : 1);
    }
    int status = -1;
    ::waitpid(child, &status, 0);
    EXPECT_EQ(status, 0);
}

TEST(Landlock, takes_no_rule_for_what_is_not_there) {
    Result<Landlock> rules = Landlock::make(ipc::landlock_version());
    ASSERT_TRUE(rules) << describe(rules.error());
    EXPECT_TRUE(rules->allow("/nowhere/at/all", Access::read));
    EXPECT_TRUE(rules->allow("/etc/hostname", Access::shared))
        << "rights of folders alone are left out";
}

// As Debian 12's kernel has it: the second version, which the newest one takes, too.
TEST(Landlock, of_an_older_kernel_has_fewer_rights) {
    for (int version = 1; version <= ipc::landlock_version(); ++version) {
        Result<Landlock> rules = Landlock::make(version);
        ASSERT_TRUE(rules) << version << ": " << describe(rules.error());
        EXPECT_TRUE(rules->allow("/dev/null", Access::device)) << version;
        EXPECT_TRUE(rules->allow("/tmp", Access::shared)) << version;
    }
}

}  // namespace
}  // namespace samovar::worker
