// What the service manager is told, and what it asks for.

#include <gmock/gmock.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstdlib>
#include <map>

#include "daemon/service/notify.hpp"
#include "daemon/service/status_line.hpp"
#include "daemon/service/watchdog.hpp"
#include "ipc/os/journal_stream.hpp"
#include "ipc/os/unique_fd.hpp"
#include "tests/support/process.hpp"
#include "tests/unit/daemon/loop.hpp"

namespace samovar::daemon {
namespace {

using testing::HasSubstr;
using namespace std::chrono_literals;

// In the place of systemd: takes what is sent to $NOTIFY_SOCKET.
class ServiceManager : public testing::Test {
  protected:
    ServiceManager() : socket_(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0)) {
        sockaddr_un address{};
        address.sun_family = AF_UNIX;
        const std::string path = folder_.path() / "notify";
        path.copy(address.sun_path, sizeof address.sun_path - 1);
        EXPECT_EQ(::bind(socket_.get(), reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
        ::setenv("NOTIFY_SOCKET", path.c_str(), 1);
    }
    ~ServiceManager() override { ::unsetenv("NOTIFY_SOCKET"); }

    // "" where nothing waits.
    std::string told() {
        char text[512];
        const ssize_t count = ::recv(socket_.get(), text, sizeof text, 0);
        return {text, static_cast<std::size_t>(std::max<ssize_t>(count, 0))};
    }

    tests::TemporaryFolder folder_;
    ipc::UniqueFd socket_;
    tests::Loop loop_;
};

TEST_F(ServiceManager, is_told_each_state_as_it_is) {
    notify_service_manager("READY=1");
    EXPECT_EQ(told(), "READY=1");
}

TEST_F(ServiceManager, that_does_not_listen_is_told_nothing) {
    ::unsetenv("NOTIFY_SOCKET");
    EXPECT_FALSE(service_manager_listens());
    notify_service_manager("READY=1");
    EXPECT_EQ(told(), "");
}

TEST_F(ServiceManager, hears_of_a_loop_that_turns_and_not_of_one_that_does_not) {
    Watchdog watchdog(loop_.context.get_executor());
    watchdog.feed_every(1ms);
    EXPECT_EQ(told(), "WATCHDOG=1");
    EXPECT_EQ(told(), "");
    loop_.until([&] { return told() == "WATCHDOG=1"; });
    watchdog.stop();
    loop_.settle();
    while (!told().empty())
        continue;
    loop_.settle();
    EXPECT_EQ(told(), "");
}

TEST_F(ServiceManager, sees_what_is_hot_once_for_several_moves_and_never_the_same_twice) {
    Hotness hotness{{}, 0, 2};
    const auto line =
        std::make_shared<StatusLine>(loop_.context.get_executor(), [&] { return hotness; });
    EventLog log;
    log.follow(line, 0);
    EXPECT_EQ(line->now(), "STATUS=0 of 2 models hot");
    hotness.hot = {"selfie"};
    log.add({});
    log.add({});
    std::string heard;
    loop_.until([&] { return !(heard = told()).empty(); });
    EXPECT_EQ(heard, "STATUS=1 of 2 models hot (selfie)");
    log.add({});
    loop_.settle(300ms);
    EXPECT_EQ(told(), "");
}

TEST(TheStatusLine, names_the_first_of_many) {
    EXPECT_EQ(in_one_line({{"a", "b", "c", "d", "e", "f", "g"}, 1, 9}),
              "7 of 9 models hot (a, b, c, d, e and 2 more), 1 parked");
}

TEST(TheState, of_a_reload_has_the_time_of_the_monotonic_clock) {
    EXPECT_EQ(reloading_state(1234567us), "RELOADING=1\nMONOTONIC_USEC=1234567");
}

TEST(TheState, of_a_stop_asks_for_the_time_that_it_may_take) {
    EXPECT_EQ(stopping_state(2s, "stopping: 1 job not done"),
              "STOPPING=1\nEXTEND_TIMEOUT_USEC=2000000\nSTATUS=stopping: 1 job not done");
}

// ---- What systemd asks for ----------------------------------------------------------------------

using Variables = std::map<std::string, std::string>;

auto interval_of(const Variables& variables) {
    return watchdog_interval(
        [&](const char* name) {
            const auto found = variables.find(name);
            return found == variables.end() ? nullptr : found->second.c_str();
        },
        4711);
}

TEST(TheWatchdog, is_fed_twice_in_its_time) {
    EXPECT_EQ(*interval_of({{"WATCHDOG_USEC", "3000000"}}), 1500ms);
    EXPECT_EQ(*interval_of({{"WATCHDOG_USEC", "3000000"}, {"WATCHDOG_PID", "4711"}}), 1500ms);
}

TEST(TheWatchdog, is_none_where_nobody_asks_or_another_process_is_asked) {
    EXPECT_EQ(*interval_of({}), std::nullopt);
    EXPECT_EQ(*interval_of({{"WATCHDOG_USEC", "3000000"}, {"WATCHDOG_PID", "4712"}}), std::nullopt);
}

TEST(TheWatchdog, that_cannot_be_read_is_an_error) {
    for (const char* text : {"", "0", "-1", "3s", "99999999999999999999"}) {
        const auto interval = interval_of({{"WATCHDOG_USEC", text}});
        ASSERT_FALSE(interval) << text;
        EXPECT_THAT(interval.error().message, HasSubstr("WATCHDOG_USEC is"));
    }
}

TEST(TheJournalsStream, is_known_by_device_and_inode) {
    int ends[2];
    ASSERT_EQ(::pipe(ends), 0);
    const ipc::UniqueFd here(ends[0]), there(ends[1]);
    struct stat info {};
    ASSERT_EQ(::fstat(here.get(), &info), 0);
    const std::string name = std::to_string(info.st_dev) + ":" + std::to_string(info.st_ino);
    EXPECT_TRUE(ipc::is_journal_stream(here.get(), name.c_str()));
    EXPECT_FALSE(ipc::is_journal_stream(here.get(), (name + "1").c_str()));
    EXPECT_FALSE(ipc::is_journal_stream(here.get(), nullptr));
    EXPECT_FALSE(ipc::is_journal_stream(-1, name.c_str()));
}

}  // namespace
}  // namespace samovar::daemon
