// Who may start a daemon, and with what.

#include "client/private_daemon.hpp"

#include <gmock/gmock.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>

#include "tests/support/process.hpp"

namespace samovar::client {
namespace {

namespace fs = std::filesystem;
using std::chrono::milliseconds;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

const Deadline kAtOnce{milliseconds(0)};

class Starting : public testing::Test {
  protected:
    fs::path socket() const { return folder_.path() / "run/s"; }
    StartLock lock() const {
        Result<StartLock> taken = StartLock::take(socket(), kAtOnce);
        EXPECT_TRUE(taken);
        return std::move(*taken);
    }
    // A socket that nobody listens on.
    void leave_socket() const {
        const ipc::UniqueFd fd(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
        sockaddr_un address{};
        address.sun_family = AF_UNIX;
        socket().string().copy(address.sun_path, sizeof address.sun_path - 1);
        ASSERT_EQ(::bind(fd.get(), reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
    }
    // A program of the shell, in the place of samovard.
    std::string program(const std::string& text) const {
        const fs::path path = folder_.path() / "program";
        std::ofstream(path) << "#!/bin/sh\n" << text << '\n';
        fs::permissions(path, fs::perms::owner_all);
        return path.string();
    }
    static Deadline patience() { return Deadline(milliseconds(tests::kPatience)); }

    tests::TemporaryFolder folder_;
};

TEST_F(Starting, is_for_one_at_a_time) {
    std::optional<StartLock> first = lock();
    const Result<StartLock> second = StartLock::take(socket(), kAtOnce);
    ASSERT_FALSE(second);
    EXPECT_EQ(second.error().code, Errc::timed_out);
    EXPECT_THAT(second.error().message, HasSubstr("private.lock"));
    first.reset();
    EXPECT_TRUE(StartLock::take(socket(), kAtOnce));
}

TEST_F(Starting, is_right_where_there_is_no_socket_at_all) {
    EXPECT_TRUE(lock().is_free());
}

TEST_F(Starting, is_wrong_where_somebodys_socket_is_and_right_where_a_private_daemons_is) {
    const StartLock held = lock();
    leave_socket();
    EXPECT_FALSE(held.is_free());
    held.note_socket();
    EXPECT_TRUE(held.is_free());
}

TEST_F(Starting, is_wrong_where_another_socket_has_taken_the_place) {
    const StartLock held = lock();
    leave_socket();
    held.note_socket();
    fs::rename(socket(), socket().string() + ".old");  // whose inode is not free
    leave_socket();
    EXPECT_FALSE(held.is_free());
}

TEST_F(Starting, is_refused_in_a_folder_of_another_user) {
    fs::create_directory(folder_.path() / "run");
    ASSERT_EQ(::chown((folder_.path() / "run").c_str(), 54321, 54321), 0) << "needs root";
    const Result<StartLock> taken = StartLock::take(socket(), kAtOnce);
    ASSERT_FALSE(taken);
    EXPECT_EQ(taken.error().code, Errc::not_permitted);
    EXPECT_THAT(taken.error().message, HasSubstr("belongs to user 54321"));
}

TEST_F(Starting, waits_until_the_daemon_says_that_it_is_ready) {
    const StartLock held = lock();
    const Result<void> started =
        start_private_daemon(program("echo \"$@\" >&2; echo >&3"), socket(), patience());
    ASSERT_TRUE(started) << describe(started.error());
    EXPECT_THAT(tests::text_of(folder_.path() / "run/private.log"),
                HasSubstr("--private --socket " + socket().string() + " --ready-fd 3"));
}

TEST_F(Starting, tells_the_last_words_of_one_that_ends) {
    const StartLock held = lock();
    const Result<void> started = start_private_daemon(
        program("echo first; echo 'samovard: no worker' >&2; exit 1"), socket(), patience());
    ASSERT_FALSE(started);
    EXPECT_EQ(started.error().code, Errc::no_daemon);
    EXPECT_THAT(started.error().message, HasSubstr("has ended: samovard: no worker"));
}

TEST_F(Starting, gives_it_no_descriptor_of_this_process) {
    const StartLock held = lock();
    constexpr int kInherited = 77;
    ASSERT_EQ(::dup2(STDIN_FILENO, kInherited), kInherited);
    const ipc::UniqueFd inherited(kInherited);
    ASSERT_TRUE(start_private_daemon(program("ls /proc/$$/fd; echo >&3"), socket(), patience()));
    const std::string open = tests::text_of(folder_.path() / "run/private.log");
    EXPECT_THAT(open, HasSubstr("\n3\n"));
    EXPECT_THAT(open, Not(HasSubstr("77")));
}

TEST_F(Starting, names_a_program_that_is_not_there) {
    const StartLock held = lock();
    for (const std::string name : {"/nonexistent/samovard", "no-such-program-at-all"}) {
        const Result<void> started = start_private_daemon(name, socket(), patience());
        ASSERT_FALSE(started);
        EXPECT_THAT(started.error().message, HasSubstr("there is no program " + name));
    }
}

TEST_F(Starting, leaves_no_child_behind) {
    const StartLock held = lock();
    ASSERT_TRUE(start_private_daemon(program("echo >&3"), socket(), patience()));
    EXPECT_EQ(::waitpid(-1, nullptr, WNOHANG), -1) << "there is a child";
}

TEST(TheEnvironmentOfAPrivateDaemon, has_nothing_that_was_meant_for_a_service) {
    std::vector<std::string> given{
        "PATH=/bin", "NOTIFY_SOCKET=/run/n", "LISTEN_FDS=1",     "WATCHDOG_USEC=1",
        "HOME=/h",   "STATE_DIRECTORY=/s",   "SAMOVAR_SOCKET=/s"};
    std::vector<char*> pointers;
    for (std::string& text : given)
        pointers.push_back(text.data());
    pointers.push_back(nullptr);
    EXPECT_THAT(private_environment(pointers.data()), ElementsAre("PATH=/bin", "HOME=/h"));
}

}  // namespace
}  // namespace samovar::client
