// The socket that systemd hands over, in a process of its own: it is always descriptor 3.

#include "daemon/service/handed_socket.hpp"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <map>

#include "tests/support/process.hpp"

namespace samovar::daemon {
namespace {

using testing::HasSubstr;

constexpr int kFirst = 3;
constexpr pid_t kSelf = 4711;

Environment environment(std::map<std::string, std::string> variables) {
    return [variables = std::move(variables)](const char* name) {
        const auto found = variables.find(name);
        return found == variables.end() ? nullptr : found->second.c_str();
    };
}

Environment one_socket() {
    return environment(
        {{"LISTEN_FDS", "1"}, {"LISTEN_PID", "4711"}, {"LISTEN_FDNAMES", "samovard.socket"}});
}

ipc::UniqueFd listening(int family, int type) {
    ipc::UniqueFd fd(::socket(family, type, 0));
    if (family == AF_UNIX) {
        const sockaddr address{AF_UNIX, {}};
        // A name of the kernel's choice.
        EXPECT_EQ(::bind(fd.get(), &address, sizeof address.sa_family), 0);
    }
    ::listen(fd.get(), 1);
    return fd;
}

// What is said of `fd` where it is descriptor 3, by a child whose descriptors do not matter.
std::string said_of(const ipc::UniqueFd& fd) {
    int ends[2];
    if (::pipe2(ends, O_CLOEXEC) != 0) throw std::runtime_error("pipe");
    const ipc::UniqueFd here(ends[0]);
    ipc::UniqueFd there(ends[1]);
    tests::Process child([&] {
        const int out = ::fcntl(there.get(), F_DUPFD, 100);
        if (fd)
            ::dup2(fd.get(), kFirst);
        else
            ::close(kFirst);
        const Result<HandedSockets> taken = take_handed_sockets(one_socket(), kSelf);
        const std::string said = taken ? "taken" : taken.error().message;
        [[maybe_unused]] const ssize_t ignored = ::write(out, said.data(), said.size());
    });
    there.reset();
    char said[256];
    const ssize_t count = ::read(here.get(), said, sizeof said);
    return {said, static_cast<std::size_t>(std::max<ssize_t>(count, 0))};
}

TEST(AHandedSocket, is_taken_where_it_is_a_listening_unix_stream) {
    EXPECT_EQ(said_of(listening(AF_UNIX, SOCK_STREAM)), "taken");
}

TEST(AHandedSocket, is_refused_by_what_it_is_else) {
    EXPECT_THAT(said_of(ipc::UniqueFd(::socket(AF_UNIX, SOCK_STREAM, 0))),
                HasSubstr("(samovard.socket) does not listen"));
    EXPECT_THAT(said_of(listening(AF_UNIX, SOCK_SEQPACKET)), HasSubstr("but no stream"));
    EXPECT_THAT(said_of(listening(AF_INET, SOCK_STREAM)),
                HasSubstr("of family " + std::to_string(AF_INET)));
    EXPECT_THAT(said_of(ipc::UniqueFd(::open("/dev/null", O_RDWR))), HasSubstr("is no socket"));
    EXPECT_THAT(said_of(ipc::UniqueFd()), HasSubstr("is not open"));
}

TEST(AHandedSocket, is_none_where_the_variables_are_not_there_or_of_another_process) {
    const auto gives_one = [](const Environment& variables, pid_t self) {
        const Result<HandedSockets> handed = take_handed_sockets(variables, self);
        return !handed || handed->sessions || handed->metrics;
    };
    EXPECT_FALSE(gives_one(environment({}), kSelf));
    EXPECT_FALSE(gives_one(environment({{"LISTEN_FDS", "1"}}), kSelf));
    EXPECT_FALSE(gives_one(one_socket(), kSelf + 1));
    EXPECT_FALSE(gives_one(environment({{"LISTEN_FDS", "0"}, {"LISTEN_PID", "4711"}}), kSelf));
}

TEST(AHandedSocket, is_refused_where_there_are_two_or_nobody_can_say_how_many) {
    const auto two = take_handed_sockets(
        environment({{"LISTEN_FDS", "2"}, {"LISTEN_PID", "4711"}, {"LISTEN_FDNAMES", "a:b"}}),
        kSelf);
    ASSERT_FALSE(two);
    EXPECT_EQ(two.error().message,
              "samovard was given 2 sockets (a:b), and listens on one, and on one that is named "
              "metrics");
    const auto some =
        take_handed_sockets(environment({{"LISTEN_FDS", "some"}, {"LISTEN_PID", "4711"}}), kSelf);
    ASSERT_FALSE(some);
    EXPECT_THAT(some.error().message, HasSubstr("\"some\", which is no number"));
}

// Whether descriptors 3 and 4, of these names, are taken for sessions and metrics in this order.
bool sorts(const std::string& names, bool metrics_first) {
    const ipc::UniqueFd first = listening(AF_UNIX, SOCK_STREAM),
                        second = listening(AF_UNIX, SOCK_STREAM);
    tests::Process child([&] {
        // Out of the way of both.
        const int a = ::fcntl(first.get(), F_DUPFD, 100), b = ::fcntl(second.get(), F_DUPFD, 100);
        ::dup2(a, kFirst);
        ::dup2(b, kFirst + 1);
        const Result<HandedSockets> taken = take_handed_sockets(
            environment({{"LISTEN_FDS", "2"}, {"LISTEN_PID", "4711"}, {"LISTEN_FDNAMES", names}}),
            kSelf);
        const int sessions = metrics_first ? kFirst + 1 : kFirst;
        const int metrics = metrics_first ? kFirst : kFirst + 1;
        const bool right =
            taken && taken->sessions.get() == sessions && taken->metrics.get() == metrics;
        ::_exit(right ? 0 : 1);
    });
    return child.wait_for_exit() == 0;
}

TEST(HandedSockets, are_told_apart_by_their_names_whatever_their_order) {
    EXPECT_TRUE(sorts("samovard.socket:metrics", false));
    EXPECT_TRUE(sorts("metrics:samovard.socket", true));
    EXPECT_FALSE(sorts("metrics:metrics", true));
    EXPECT_FALSE(sorts("samovard.socket", false));
}

}  // namespace
}  // namespace samovar::daemon
