// How samovard starts, says that it is ready, and stops.

#include <gmock/gmock.h>
#include <grp.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>

#include <fstream>

#include "tests/support/daemon_under_test.hpp"

namespace samovar::tests {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

// A samovard in the place of `daemon` that is expected to give up.
Ended another(const DaemonUnderTest& daemon, const std::vector<std::string>& arguments = {}) {
    return run_to_end({daemon.command_line(arguments), {}, daemon.folder() / "other.log"});
}

// Where systemd would listen.
class NotifySocket {
  public:
    NotifySocket() : socket_(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0)) {
        sockaddr_un address{};
        address.sun_family = AF_UNIX;
        path().string().copy(address.sun_path, sizeof address.sun_path - 1);
        if (::bind(socket_.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0)
            throw std::runtime_error("bind");
    }
    fs::path path() const { return folder_.path() / "notify"; }
    std::string variable() const { return "NOTIFY_SOCKET=" + path().string(); }
    // The messages so far.
    std::vector<std::string> messages() const {
        std::vector<std::string> list;
        char text[256];
        for (ssize_t n = 0; (n = ::recv(socket_.get(), text, sizeof text, MSG_DONTWAIT)) >= 0;)
            list.emplace_back(text, static_cast<std::size_t>(n));
        return list;
    }

  private:
    TemporaryFolder folder_;
    ipc::UniqueFd socket_;
};

TEST(Start, without_models_is_no_error) {
    const DaemonUnderTest daemon;
    TestClient client(daemon.socket());
    EXPECT_TRUE(client.get<ipc::ModelList>(ipc::ListModels{}).models.empty());
    EXPECT_EQ(client.get<ipc::Pong>(ipc::Ping{}).pid, static_cast<std::uint32_t>(daemon.pid()));
}

TEST(Start, with_a_models_folder_that_is_not_there_is_no_error) {
    const DaemonUnderTest daemon({.arguments = {"--models", "/nowhere/at/all"}});
    EXPECT_TRUE(TestClient(daemon.socket()).get<ipc::ModelList>(ipc::ListModels{}).models.empty());
}

TEST(Start, with_a_file_in_the_place_of_the_models_folder_is_said_in_the_log) {
    const DaemonUnderTest daemon({.arguments = {"--models", "/etc/passwd"}});
    EXPECT_THAT(daemon.log(), HasSubstr("/etc/passwd: Not a directory"));
}

TEST(Start, is_refused_where_a_daemon_listens) {
    const DaemonUnderTest daemon;
    const Ended second = another(daemon);
    EXPECT_EQ(second.exit_status, 1);
    EXPECT_THAT(second.output,
                HasSubstr("a daemon already listens on " + daemon.socket().string()));
    EXPECT_THAT(second.output, HasSubstr("--socket"));
    TestClient(daemon.socket()).get<ipc::Pong>(ipc::Ping{});
}

TEST(Start, of_several_at_once_leaves_one) {
    DaemonUnderTest daemon;
    daemon.stop();
    std::vector<std::unique_ptr<Process>> rivals;
    for (int i = 0; i < 6; ++i)
        rivals.push_back(std::make_unique<Process>(
            Process::Plan{daemon.command_line(), {}, daemon.folder() / "rivals.log"}));
    const auto left = [&] {
        return std::count_if(rivals.begin(), rivals.end(), [](const auto& rival) {
            return !rival->wait_for_exit(std::chrono::milliseconds(0));
        });
    };
    EXPECT_TRUE(wait_until([&] { return left() == 1; }));
    const auto pid = TestClient(daemon.socket()).get<ipc::Pong>(ipc::Ping{}).pid;
    for (const auto& rival : rivals) {
        const std::optional<int> status = rival->wait_for_exit(std::chrono::milliseconds(0));
        if (!status) {
            EXPECT_EQ(static_cast<std::uint32_t>(rival->pid()), pid);
            rival->signal(SIGTERM);
            EXPECT_EQ(rival->wait_for_exit(), 0);
        } else {
            EXPECT_EQ(WEXITSTATUS(*status), 1);
        }
    }
}

TEST(Start, replaces_the_socket_of_a_dead_daemon) {
    DaemonUnderTest daemon;
    daemon.kill();
    EXPECT_TRUE(fs::is_socket(daemon.socket()));
    daemon.start();
    TestClient(daemon.socket()).get<ipc::Pong>(ipc::Ping{});
}

TEST(Start, leaves_a_file_that_is_no_socket_alone) {
    DaemonUnderTest daemon;
    daemon.stop();
    std::ofstream(daemon.socket()) << "precious";
    const Ended ended = another(daemon);
    EXPECT_EQ(ended.exit_status, 1);
    EXPECT_THAT(ended.output, HasSubstr("exists and is no socket"));
    EXPECT_EQ(text_of(daemon.socket()), "precious");
}

TEST(Start, with_too_long_a_socket_path_names_the_limit) {
    const DaemonUnderTest daemon;
    const Ended ended = another(daemon, {"--socket", "/tmp/" + std::string(120, 'x')});
    EXPECT_EQ(ended.exit_status, 1);
    EXPECT_THAT(ended.output, HasSubstr("125 bytes, and the system allows 107"));
}

TEST(Start, without_a_store_that_can_be_written_says_so) {
    DaemonUnderTest daemon;
    daemon.stop();
    const Ended ended = another(daemon, {"--store", "/proc/nowhere"});
    EXPECT_EQ(ended.exit_status, 1);
    EXPECT_THAT(ended.output, HasSubstr("store /proc/nowhere"));
    EXPECT_FALSE(fs::exists(daemon.socket()));
}

TEST(Start, with_wrong_usage_has_exit_status_2) {
    const DaemonUnderTest daemon;
    EXPECT_EQ(another(daemon, {"--no-such-option"}).exit_status, 2);
    EXPECT_EQ(another(daemon, {"--socket-mode", "999"}).exit_status, 2);
    EXPECT_EQ(another(daemon, {"--config", "/nowhere/samovard.toml"}).exit_status, 2);
}

TEST(Start, reads_its_configuration_file) {
    const DaemonUnderTest daemon;
    std::ofstream(daemon.folder() / "samovard.toml") << "socket_mode = \"0600\"\nsoket = 1\n";
    const Ended ended = another(daemon, {"--config", (daemon.folder() / "samovard.toml").string()});
    EXPECT_EQ(ended.exit_status, 2);
    EXPECT_THAT(ended.output, HasSubstr("samovard.toml:2: soket: is not a known key here"));
}

TEST(Start, with_a_ready_descriptor_that_is_not_open_is_refused) {
    DaemonUnderTest daemon;
    daemon.stop();
    const Ended ended = another(daemon, {"--ready-fd", "77"});
    EXPECT_EQ(ended.exit_status, 1);
    EXPECT_THAT(ended.output, HasSubstr("--ready-fd 77: Bad file descriptor"));
}

TEST(Socket, is_for_its_owner_and_group_by_default) {
    const DaemonUnderTest daemon;
    struct stat info {};
    ASSERT_EQ(::stat(daemon.socket().c_str(), &info), 0);
    EXPECT_EQ(info.st_mode & 07777, 0660U);
    EXPECT_EQ(info.st_gid, ::getegid());
}

TEST(Socket, has_the_mode_and_the_group_that_were_asked_for) {
    const std::string group = ::getgrgid(::getegid())->gr_name;
    const DaemonUnderTest daemon({.arguments = {"--socket-mode", "0606", "--socket-group", group}});
    struct stat info {};
    ASSERT_EQ(::stat(daemon.socket().c_str(), &info), 0);
    EXPECT_EQ(info.st_mode & 07777, 0606U);
    EXPECT_EQ(info.st_gid, ::getegid());
}

TEST(Socket, of_a_group_that_there_is_not_is_refused) {
    DaemonUnderTest daemon;
    daemon.stop();
    const Ended ended = another(daemon, {"--socket-group", "no-such-group"});
    EXPECT_EQ(ended.exit_status, 1);
    EXPECT_THAT(ended.output, HasSubstr("there is no group \"no-such-group\""));
    EXPECT_FALSE(fs::exists(daemon.socket()));
}

TEST(ServiceManager, is_told_of_the_start_of_a_reload_and_of_the_end) {
    const NotifySocket systemd;
    DaemonUnderTest daemon({.environment = {systemd.variable()}});
    EXPECT_THAT(systemd.messages(), testing::ElementsAre("READY=1\nSTATUS=0 of 0 models hot"));
    TestClient(daemon.socket()).get<ipc::ReloadReport>(ipc::Reload{});
    EXPECT_THAT(systemd.messages(),
                testing::ElementsAre(testing::StartsWith("RELOADING=1\nMONOTONIC_USEC="),
                                     testing::StartsWith("READY=1\n")));
    daemon.stop();
    EXPECT_THAT(systemd.messages(),
                testing::ElementsAre("STOPPING=1\nEXTEND_TIMEOUT_USEC=20000000\n"
                                     "STATUS=stopping: 0 jobs not done"));
}

TEST(Stop, comes_with_SIGINT_as_with_SIGTERM) {
    DaemonUnderTest daemon;
    daemon.signal(SIGINT);
    EXPECT_EQ(daemon.wait_for_exit(), 0);
    EXPECT_FALSE(fs::exists(daemon.socket()));
}

TEST(Stop, ends_the_sessions) {
    DaemonUnderTest daemon;
    TestClient client(daemon.socket());
    client.get<ipc::Pong>(ipc::Ping{});
    daemon.signal(SIGTERM);
    EXPECT_TRUE(client.ended());
}

TEST(Stop, leaves_the_socket_of_another_daemon_alone) {
    DaemonUnderTest daemon;
    fs::remove(daemon.socket());
    Process second({daemon.command_line(), {}, daemon.folder() / "second.log"});
    ASSERT_TRUE(wait_until([&] { return fs::exists(daemon.socket()); }));
    EXPECT_EQ(daemon.stop(), 0);
    TestClient(daemon.socket()).get<ipc::Pong>(ipc::Ping{});
    second.signal(SIGTERM);
    EXPECT_EQ(second.wait_for_exit(), 0);
}

}  // namespace
}  // namespace samovar::tests
