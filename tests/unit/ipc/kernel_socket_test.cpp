// What the frame reader and socket_io.cpp assume of Linux' Unix stream sockets. If one of these
// fails, the kernel behaves otherwise and the code that relies on it must change.

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/socket.h>

#include <array>
#include <cstring>
#include <string>
#include <vector>

#include "tests/support/descriptors.hpp"

namespace samovar::tests {
namespace {

using ipc::UniqueFd;

void put(int socket, const std::string& bytes, const std::vector<int>& descriptors = {}) {
    ASSERT_EQ(send_descriptors(socket, std::as_bytes(std::span(bytes)), descriptors),
              static_cast<ssize_t>(bytes.size()));
}

struct Got {
    std::string bytes;
    std::vector<UniqueFd> descriptors;
    int flags = 0;
};

Got get(int socket, std::size_t room = 65536, std::size_t descriptors = 253) {
    std::string bytes(room, '\0');
    iovec vector{bytes.data(), bytes.size()};
    std::vector<char> control(descriptors == 0 ? 0 : CMSG_SPACE(descriptors * sizeof(int)));
    msghdr message{};
    message.msg_iov = &vector;
    message.msg_iovlen = 1;
    message.msg_control = control.data();
    message.msg_controllen = control.size();
    const ssize_t count = ::recvmsg(socket, &message, MSG_CMSG_CLOEXEC | MSG_DONTWAIT);
    Got got;
    got.flags = message.msg_flags;
    bytes.resize(count < 0 ? 0 : static_cast<std::size_t>(count));
    got.bytes = bytes;
    for (cmsghdr* part = CMSG_FIRSTHDR(&message); part; part = CMSG_NXTHDR(&message, part)) {
        for (std::size_t i = 0; i < (part->cmsg_len - CMSG_LEN(0)) / sizeof(int); ++i) {
            int fd = -1;
            std::memcpy(&fd, CMSG_DATA(part) + i * sizeof fd, sizeof fd);
            got.descriptors.emplace_back(fd);
        }
    }
    return got;
}

class KernelSocket : public testing::Test {
  protected:
    SocketPair pair;
    int here = pair.here.get(), there = pair.there.get();
};

TEST_F(KernelSocket, DeliversDescriptorsWithTheFirstByteOfTheirMessage) {
    put(there, "abc", {0});
    const Got first = get(here, 1);
    EXPECT_EQ(first.bytes, "a");
    EXPECT_EQ(first.descriptors.size(), 1U);
    const Got rest = get(here);
    EXPECT_EQ(rest.bytes, "bc");
    EXPECT_TRUE(rest.descriptors.empty());
}

TEST_F(KernelSocket, NeverReadsPastAMessageWithDescriptors) {
    put(there, "one", {0});
    put(there, "two");
    EXPECT_EQ(get(here).bytes, "one");
    EXPECT_EQ(get(here).bytes, "two");
}

// So a read may end with the first bytes of a message with descriptors, and has these, too.
TEST_F(KernelSocket, ReadsOnIntoAMessageWithDescriptors) {
    put(there, "one");
    put(there, "two", {0});
    const Got both = get(here);
    EXPECT_EQ(both.bytes, "onetwo");
    EXPECT_EQ(both.descriptors.size(), 1U);
}

TEST_F(KernelSocket, KeepsTheDescriptorsOfAMessageThatARoomEndsBefore) {
    put(there, "one");
    put(there, "two", {0});
    EXPECT_TRUE(get(here, 3).descriptors.empty());
    EXPECT_EQ(get(here).descriptors.size(), 1U);
}

TEST_F(KernelSocket, SplitsTwoMessagesWithDescriptorsIntoTwoReads) {
    put(there, "one", {0});
    put(there, "two", {0});
    EXPECT_EQ(get(here).bytes, "one");
    const Got second = get(here);
    EXPECT_EQ(second.bytes, "two");
    EXPECT_EQ(second.descriptors.size(), 1U);
}

TEST_F(KernelSocket, CarriesTwoHundredAndFiftyThreeDescriptorsAtMost) {
    put(there, "x", std::vector<int>(253, 0));
    EXPECT_EQ(get(here).descriptors.size(), 253U);
    const std::byte one{'x'};
    EXPECT_EQ(send_descriptors(there, std::span(&one, 1), std::vector<int>(254, 0)), -1);
    EXPECT_EQ(errno, EINVAL);
}

TEST_F(KernelSocket, DropsDescriptorsThatHaveNoRoomAndSaysSo) {
    put(there, "x", {0, 0, 0, 0});
    const std::size_t before = open_descriptors();
    const Got got = get(here, 16, 1);
    EXPECT_NE(got.flags & MSG_CTRUNC, 0);
    EXPECT_EQ(open_descriptors(), before + got.descriptors.size());
}

TEST_F(KernelSocket, DropsDescriptorsOfAPlainRecv) {
    put(there, "x", {0, 0});
    const std::size_t before = open_descriptors();
    char byte = 0;
    EXPECT_EQ(::recv(here, &byte, 1, 0), 1);
    EXPECT_EQ(open_descriptors(), before);
}

TEST_F(KernelSocket, SaysTruncatedAsWellWhereTheDescriptorTableIsFull) {
    put(there, "x", {0});
    rlimit before{};
    ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &before), 0);
    const UniqueFd lowest_free(::dup(0));
    rlimit full = before;
    full.rlim_cur = static_cast<rlim_t>(lowest_free.get()) + 1;
    ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &full), 0);
    const Got got = get(here);
    ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &before), 0);
    EXPECT_NE(got.flags & MSG_CTRUNC, 0);
    EXPECT_TRUE(got.descriptors.empty());
}

TEST_F(KernelSocket, ClosesDescriptorsThatNobodyReceived) {
    const std::size_t before = open_descriptors();
    {
        SocketPair inner;
        UniqueFd sent(::open("/dev/null", O_RDONLY | O_CLOEXEC));
        put(inner.there.get(), "x", {sent.get()});
    }
    EXPECT_EQ(open_descriptors(), before);
}

}  // namespace
}  // namespace samovar::tests
