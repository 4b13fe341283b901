// The socket that clients connect to.

#include "daemon/listener.hpp"

#include <gmock/gmock.h>
#include <sys/file.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include <fstream>
#include <thread>

#include "tests/support/process.hpp"
#include "tests/support/test_client.hpp"
#include "tests/unit/daemon/loop.hpp"

namespace samovar::daemon {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

class Listening : public testing::Test {
  protected:
    Result<Listener> open(ListenerOptions options) {
        return Listener::open(loop_.context.get_executor(), options);
    }
    Result<Listener> open() { return open({path(), 0660, ""}); }
    fs::path path() const { return folder_.path() / "socket"; }
    // A socket file that nobody listens on yet.
    ipc::UniqueFd bound_socket() const {
        ipc::UniqueFd fd(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
        sockaddr_un address{};
        address.sun_family = AF_UNIX;
        path().string().copy(address.sun_path, sizeof address.sun_path - 1);
        EXPECT_EQ(::bind(fd.get(), reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
        return fd;
    }

    tests::Loop loop_;
    tests::TemporaryFolder folder_;
};

TEST_F(Listening, hands_over_whoever_connects) {
    auto listener = open();
    ASSERT_TRUE(listener);
    int accepted = 0;
    asio::co_spawn(loop_.context, listener->run([&](UnixSocket) { ++accepted; }),
                   or_end_the_daemon);
    const tests::TestClient first(path(), false), second(path(), false);
    loop_.until([&] { return accepted == 2; });
    listener->close();
    loop_.settle();
    EXPECT_FALSE(fs::exists(path()));
}

TEST_F(Listening, makes_the_folder_of_its_socket) {
    EXPECT_TRUE(open({folder_.path() / "a/b/socket", 0660, ""}));
}

TEST_F(Listening, sets_the_mode_whatever_the_umask_is) {
    const mode_t before = ::umask(0777);
    const auto listener = open({path(), 0606, ""});
    EXPECT_EQ(::umask(before), 0777U) << "the umask is the process's own";
    ASSERT_TRUE(listener);
    EXPECT_EQ(fs::status(path()).permissions(), fs::perms(0606));
}

TEST_F(Listening, takes_the_place_of_a_dead_socket) {
    bound_socket();
    EXPECT_TRUE(open());
}

TEST_F(Listening, waits_for_the_last_moment_of_one_that_was_killed) {
    ipc::UniqueFd dying = bound_socket();
    ASSERT_EQ(::listen(dying.get(), 8), 0);
    // It is gone once somebody has asked.
    const std::jthread end([&] {
        const ipc::UniqueFd asked(::accept(dying.get(), nullptr, nullptr));
        dying.reset();
    });
    EXPECT_TRUE(open());
}

TEST_F(Listening, leaves_a_living_one_alone) {
    const auto first = open();
    ASSERT_TRUE(first);
    const auto second = open();
    ASSERT_FALSE(second);
    EXPECT_THAT(second.error().message,
                HasSubstr("a daemon already listens on " + path().string()));
    EXPECT_NO_THROW(tests::TestClient(path(), false));
}

TEST_F(Listening, takes_a_full_backlog_for_a_living_one) {
    const ipc::UniqueFd fd(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    path().string().copy(address.sun_path, sizeof address.sun_path - 1);
    ASSERT_EQ(::bind(fd.get(), reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
    ASSERT_EQ(::listen(fd.get(), 0), 0);
    const tests::TestClient waiting(path(), false);
    EXPECT_FALSE(open());
    EXPECT_TRUE(fs::is_socket(path()));
}

TEST_F(Listening, takes_a_socket_of_another_kind_for_a_living_one) {
    const ipc::UniqueFd fd(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0));
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    path().string().copy(address.sun_path, sizeof address.sun_path - 1);
    ASSERT_EQ(::bind(fd.get(), reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
    EXPECT_FALSE(open());
    EXPECT_TRUE(fs::is_socket(path()));
}

TEST_F(Listening, is_refused_where_its_folder_stays_locked) {
    const ipc::UniqueFd lock(::open(folder_.path().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    ASSERT_EQ(::flock(lock.get(), LOCK_EX), 0);
    const auto refused = open();
    ASSERT_FALSE(refused);
    EXPECT_THAT(refused.error().message, HasSubstr("is locked by another process"));
    EXPECT_THAT(refused.error().hint, HasSubstr("--socket"));
}

TEST_F(Listening, without_a_folder_names_the_reason_and_the_way_out) {
    std::ofstream(folder_.path() / "file") << "x";
    const auto refused = open({folder_.path() / "file" / "samovar" / "s", 0660, ""});
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().message, "folder of the socket " +
                                           (folder_.path() / "file" / "samovar").string() +
                                           ": Not a directory");
    EXPECT_THAT(refused.error().hint, HasSubstr("--socket"));
}

TEST_F(Listening, names_the_limit_of_a_path) {
    EXPECT_TRUE(
        open({folder_.path() / std::string(106 - folder_.path().string().size(), 'x'), 0660, ""}));
    const auto refused =
        open({folder_.path() / std::string(107 - folder_.path().string().size(), 'x'), 0660, ""});
    ASSERT_FALSE(refused);
    EXPECT_THAT(refused.error().message, HasSubstr("108 bytes, and the system allows 107"));
}

TEST_F(Listening, removes_no_socket_but_its_own) {
    auto listener = open();
    ASSERT_TRUE(listener);
    fs::remove(path());
    bound_socket();
    listener->close();
    EXPECT_TRUE(fs::is_socket(path()));
}

TEST_F(Listening, goes_on_after_there_were_no_descriptors) {
    auto listener = open();
    ASSERT_TRUE(listener);
    std::vector<UnixSocket> accepted;
    asio::co_spawn(loop_.context,
                   listener->run([&](UnixSocket socket) { accepted.push_back(std::move(socket)); }),
                   or_end_the_daemon);
    const tests::TestClient first(path(), false);
    loop_.until([&] { return accepted.size() == 1; });
    const tests::TestClient second(path(), false);
    rlimit before{};
    ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &before), 0);
    const rlimit none{0, before.rlim_max};
    ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &none), 0);
    loop_.settle(std::chrono::milliseconds(50));
    ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &before), 0);
    EXPECT_EQ(accepted.size(), 1U);
    loop_.until([&] { return accepted.size() == 2; });
    listener->close();
    loop_.settle(std::chrono::milliseconds(150));
}

TEST_F(Listening, on_a_socket_of_the_service_managers_takes_who_waits_there_and_leaves_its_name) {
    ipc::UniqueFd fd(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    path().string().copy(address.sun_path, sizeof address.sun_path - 1);
    ASSERT_EQ(::bind(fd.get(), reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
    ASSERT_EQ(::listen(fd.get(), 8), 0);
    const tests::TestClient early(path(), false);

    Listener listener =
        Listener::adopt(loop_.context.get_executor(), ipc::UniqueFd(::dup(fd.get())));
    EXPECT_TRUE(listener.adopted());
    EXPECT_EQ(listener.path(), path());
    int accepted = 0;
    asio::co_spawn(loop_.context, listener.run([&](UnixSocket) { ++accepted; }), or_end_the_daemon);
    loop_.until([&] { return accepted == 1; });
    listener.close();
    loop_.settle();
    EXPECT_TRUE(fs::exists(path()));
    const tests::TestClient late(path(), false);  // waits for the next daemon
    loop_.settle();
    EXPECT_EQ(accepted, 1);
}

}  // namespace
}  // namespace samovar::daemon
