// `samovar run` where there is no daemon: one is started for this user, once, and ends by itself.

#include <gmock/gmock.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <fstream>

#include "tests/integration/cli/command_line.hpp"
#include "tests/support/daemon_under_test.hpp"

namespace samovar::tests {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

// A user with folders of their own and a model, on a machine without a daemon.
class PrivateDaemon : public testing::Test {
  protected:
    PrivateDaemon() {
        fs::create_directories(home_.path() / "data/samovar/models");
        fs::create_directories(home_.path() / "config/samovar");
        fs::create_directories(socket().parent_path());
        fs::create_directory_symlink(made_model("add"), home_.path() / "data/samovar/models/add");
    }
    // It is no child of the test.
    ~PrivateDaemon() override {
        const pid_t pid = daemon();
        if (pid == 0) return;
        ::kill(pid, SIGTERM);
        EXPECT_TRUE(wait_until([&] { return !runs(pid); }));
    }

    fs::path socket() const { return home_.path() / "run/samovar/samovar.sock"; }
    void configure(const std::string& text) const {
        std::ofstream(home_.path() / "config/samovar/samovard.toml") << text;
    }
    Streams streams() const {
        Streams streams;
        for (const char* kind : {"DATA", "CONFIG", "CACHE", "STATE"}) {
            std::string folder = kind;
            for (char& letter : folder)
                letter = static_cast<char>(std::tolower(letter));
            streams.environment.push_back("XDG_" + std::string(kind) +
                                          "_HOME=" + (home_.path() / folder).string());
        }
        streams.environment.push_back("XDG_RUNTIME_DIR=" + (home_.path() / "run").string());
        streams.environment.push_back("HOME=" + home_.path().string());
        streams.environment.emplace_back("SAMOVAR_SOCKET");
        return streams;
    }
    Said run(Words further = {}) const {
        Words words{"run", "add", "--input", "x=[1,2]", "--input", "y=[3,4]"};
        words.insert(words.end(), further.begin(), further.end());
        return samovar_(words, streams());
    }
    // The process that listens, or 0.
    pid_t daemon() const {
        try {
            TestClient client(socket());
            return static_cast<pid_t>(client.get<ipc::Pong>(ipc::Ping{}).pid);
        } catch (const std::exception&) {
            return 0;
        }
    }
    void leave_socket_behind() const {
        const ipc::UniqueFd fd(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
        sockaddr_un address{};
        address.sun_family = AF_UNIX;
        socket().string().copy(address.sun_path, sizeof address.sun_path - 1);
        ASSERT_EQ(::bind(fd.get(), reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
    }

    TemporaryFolder home_;
    const CommandLine samovar_{""};
};

TEST_F(PrivateDaemon, is_started_by_the_first_run_and_found_by_the_next) {
    const Said first = run();
    ASSERT_EQ(first.code, 0) << first.err;
    EXPECT_THAT(first.out, HasSubstr("4"));
    const pid_t pid = daemon();
    EXPECT_NE(pid, 0);
    EXPECT_EQ(run().code, 0);
    EXPECT_EQ(daemon(), pid);
    EXPECT_EQ(fs::status(socket()).permissions(), fs::perms(0600));
}

TEST_F(PrivateDaemon, is_one_where_two_ask_at_once) {
    const CommandLine other{""};
    const Words words{"run", "add", "--input", "x=[1,2]", "--input", "y=[3,4]"};
    const auto one = samovar_.start(words, streams()), two = other.start(words, streams());
    const Said first = samovar_.said(*one), second = other.said(*two);
    EXPECT_EQ(first.code, 0) << first.err;
    EXPECT_EQ(second.code, 0) << second.err;
    // A second one would have found the socket taken, and said so.
    const std::string log = text_of(socket().parent_path() / "private.log");
    EXPECT_THAT(log, HasSubstr("samovard 0.1.0 pid " + std::to_string(daemon())));
    EXPECT_THAT(log, Not(HasSubstr("already listens")));
}

TEST_F(PrivateDaemon, ends_when_nobody_has_called_for_a_while) {
    configure("idle_exit = \"200ms\"\n");
    EXPECT_EQ(run().code, 0);
    EXPECT_TRUE(wait_until([&] { return !fs::exists(socket()); }));
    EXPECT_THAT(text_of(socket().parent_path() / "private.log"),
                HasSubstr("nobody has called for 200ms"));
}

TEST_F(PrivateDaemon, stays_for_a_caller_who_stays) {
    configure("idle_exit = \"100ms\"\n");
    EXPECT_EQ(run().code, 0);
    TestClient caller(socket());
    EXPECT_FALSE(caller.ended(std::chrono::milliseconds(500)));
    EXPECT_TRUE(caller.call(ipc::Ping{}).is<ipc::Pong>());
}

TEST_F(PrivateDaemon, is_not_started_where_nobody_wants_one) {
    const Said said = run({"--no-spawn"});
    EXPECT_EQ(said.code, 3);
    EXPECT_THAT(said.err, HasSubstr("no samovard listens"));
    EXPECT_FALSE(fs::exists(socket()));
}

TEST_F(PrivateDaemon, is_not_started_where_the_configuration_forbids_it) {
    configure("private_daemons = false\n");
    const Said said = run();
    EXPECT_EQ(said.code, 3);
    EXPECT_THAT(said.err, HasSubstr("private_daemons = false"));
    EXPECT_FALSE(fs::exists(socket()));
}

TEST_F(PrivateDaemon, is_not_started_by_a_command_that_only_looks) {
    EXPECT_EQ(samovar_({"ps"}, streams()).code, 3);
    EXPECT_FALSE(fs::exists(socket()));
}

TEST_F(PrivateDaemon, is_not_started_at_a_socket_that_was_named) {
    Words words{"--socket", socket().string(), "run",     "add",
                "--input",  "x=[1]",           "--input", "y=[2]"};
    EXPECT_EQ(samovar_(words, streams()).code, 3);
    EXPECT_FALSE(fs::exists(socket()));
}

TEST_F(PrivateDaemon, does_not_take_the_place_of_a_daemon_that_is_down) {
    leave_socket_behind();
    const Said said = run();
    EXPECT_EQ(said.code, 3);
    EXPECT_THAT(said.err, HasSubstr("no samovard listens"));
    EXPECT_EQ(daemon(), 0);
}

TEST_F(PrivateDaemon, that_was_killed_is_followed_by_another) {
    ASSERT_EQ(run().code, 0);
    const pid_t killed = daemon();
    ASSERT_EQ(::kill(killed, SIGKILL), 0);
    ASSERT_TRUE(wait_until([&] { return !runs(killed); }));
    ASSERT_TRUE(fs::exists(socket()));
    const Said said = run();
    EXPECT_EQ(said.code, 0) << said.err;
    EXPECT_NE(daemon(), killed);
}

TEST_F(PrivateDaemon, that_cannot_start_is_told_of_in_its_own_words) {
    configure("threads = \"many\"\n");
    const Said said = run();
    EXPECT_EQ(said.code, 3);
    EXPECT_THAT(said.err, HasSubstr("samovard.toml:1: threads"));
}

TEST_F(PrivateDaemon, has_no_place_where_the_folder_is_another_users) {
    ASSERT_EQ(::chown(socket().parent_path().c_str(), 54321, 54321), 0) << "needs root";
    const Said said = run();
    EXPECT_EQ(said.code, 3);
    EXPECT_THAT(said.err, HasSubstr("none was started: "));
    EXPECT_THAT(said.err, HasSubstr("belongs to user 54321"));
}

}  // namespace
}  // namespace samovar::tests
