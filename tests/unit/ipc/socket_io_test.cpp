#include "ipc/os/socket_io.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/socket.h>

#include <atomic>
#include <cstring>
#include <thread>

#include "ipc/wire/messages.hpp"
#include "tests/support/descriptors.hpp"
#include "tests/support/waiting.hpp"

namespace samovar::tests {
namespace {

using ipc::Bytes;
using ipc::FrameReader;
using ipc::ReadStatus;
using ipc::UniqueFd;
using ipc::Wait;

class SocketIo : public testing::Test {
  protected:
    Result<ReadStatus> read() { return ipc::receive(here, reader, Wait::no); }
    // Frames that are in the reader, by request id; 0 for an error.
    std::vector<std::uint64_t> frames() {
        std::vector<std::uint64_t> requests;
        while (true) {
            Result<std::optional<ipc::Frame>> frame = reader.take();
            if (!frame) requests.push_back(0);
            if (!frame || !*frame) return requests;
            requests.push_back((*frame)->header.request);
        }
    }

    SocketPair pair;
    int here = pair.here.get(), there = pair.there.get();
    FrameReader reader;
};

Bytes ping(std::uint64_t request) {
    return ipc::encode(ipc::Ping(), request).value();
}

UniqueFd memfd(const char* name) {
    return UniqueFd(::memfd_create(name, MFD_CLOEXEC));
}

TEST_F(SocketIo, CarriesFramesInOrder) {
    ASSERT_TRUE(ipc::send_all(there, ping(1)));
    ASSERT_TRUE(ipc::send_all(there, ping(2)));
    EXPECT_EQ(*read(), ReadStatus::data);
    EXPECT_EQ(frames(), (std::vector<std::uint64_t>{1, 2}));
}

TEST_F(SocketIo, SaysAgainWhereNothingIsThere) {
    EXPECT_EQ(*read(), ReadStatus::again);
}

TEST_F(SocketIo, SaysClosedAtTheEnd) {
    pair.there.reset();
    EXPECT_EQ(*read(), ReadStatus::closed);
}

TEST_F(SocketIo, SaysClosedAfterAResetToo) {
    // Closing with unread bytes resets the connection.
    ASSERT_TRUE(ipc::send_all(here, ping(1)));
    pair.there.reset();
    EXPECT_EQ(*read(), ReadStatus::closed);
}

TEST_F(SocketIo, GivesWhatWasSentBeforeTheEndFirst) {
    ASSERT_TRUE(ipc::send_all(there, ping(1)));
    pair.there.reset();
    EXPECT_EQ(*read(), ReadStatus::data);
    EXPECT_EQ(frames(), std::vector<std::uint64_t>{1});
    EXPECT_EQ(*read(), ReadStatus::closed);
}

TEST_F(SocketIo, CarriesADescriptorThatLeadsToTheSameFileAndClosesOnExec) {
    const UniqueFd sent = memfd("a");
    const Bytes frame = ipc::encode(ipc::ResumeChannel{4096}, 5, 1).value();
    ASSERT_TRUE(ipc::send_all(there, frame, sent.get()));
    EXPECT_EQ(*read(), ReadStatus::data);
    Result<std::optional<ipc::Frame>> got = reader.take();
    ASSERT_TRUE(got && *got);
    const int received = (*got)->descriptor.get();
    EXPECT_NE(received, sent.get());
    EXPECT_EQ(target_of(received), "/memfd:a (deleted)");
    EXPECT_EQ(::fcntl(received, F_GETFD), FD_CLOEXEC);
}

TEST_F(SocketIo, KeepsEachDescriptorWithItsFrame) {
    const UniqueFd a = memfd("a"), b = memfd("b");
    ASSERT_TRUE(ipc::send_all(there, ping(1)));
    ASSERT_TRUE(ipc::send_all(there, ipc::encode(ipc::ResumeChannel{1}, 2, 1).value(), a.get()));
    ASSERT_TRUE(ipc::send_all(there, ipc::encode(ipc::ResumeChannel{1}, 3, 1).value(), b.get()));
    ASSERT_TRUE(ipc::send_all(there, ping(4)));
    std::vector<std::string> targets;
    while (*read() == ReadStatus::data) {
        while (true) {
            Result<std::optional<ipc::Frame>> frame = reader.take();
            ASSERT_TRUE(frame);
            if (!*frame) break;
            targets.push_back((*frame)->descriptor ? target_of((*frame)->descriptor.get()) : "");
        }
    }
    EXPECT_EQ(targets,
              (std::vector<std::string>{"", "/memfd:a (deleted)", "/memfd:b (deleted)", ""}));
}

TEST_F(SocketIo, ClosesAllOfTwoHundredAndFiftyThreeDescriptors) {
    const std::size_t before = open_descriptors();
    ASSERT_GT(send_descriptors(there, ping(1), std::vector<int>(253, 0)), 0);
    EXPECT_EQ(*read(), ReadStatus::data);
    EXPECT_EQ(frames(), std::vector<std::uint64_t>{0});
    // The one that a frame may carry is left; what is no memfd is closed in the background.
    EXPECT_TRUE(wait_until([before] { return open_descriptors() == before + 1; }));
    reader = FrameReader();
    EXPECT_EQ(open_descriptors(), before);
}

TEST_F(SocketIo, EndsWhereDescriptorsWereLostBecauseTheTableIsFull) {
    ASSERT_GT(send_descriptors(there, ping(1), {0}), 0);
    rlimit before{};
    ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &before), 0);
    const UniqueFd lowest_free(::dup(0));
    rlimit full = before;
    full.rlim_cur = static_cast<rlim_t>(lowest_free.get()) + 1;
    ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &full), 0);
    const Result<ReadStatus> status = read();
    ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &before), 0);
    ASSERT_FALSE(status);
    EXPECT_EQ(status.error().code, Errc::protocol);
    EXPECT_NE(status.error().hint.find("RLIMIT_NOFILE"), std::string::npos);
}

TEST_F(SocketIo, SendsNothingIntoAFullSocketAndDoesNotBlock) {
    const Bytes much(1u << 20);
    std::size_t sent = 1, all = 0;
    while (sent > 0) {
        const Result<std::size_t> now = ipc::send(there, much, -1, Wait::no);
        ASSERT_TRUE(now);
        sent = *now;
        all += sent;
    }
    EXPECT_GT(all, 0U);
}

TEST_F(SocketIo, SaysDisconnectedWhereThePeerHasGoneAndRaisesNoSignal) {
    pair.there.reset();
    const Result<std::size_t> sent = ipc::send(here, ping(1), -1, Wait::no);
    ASSERT_FALSE(sent);
    EXPECT_EQ(sent.error().code, Errc::disconnected);
    EXPECT_EQ(ipc::send_all(here, ping(1)).error().code, Errc::disconnected);
}

TEST_F(SocketIo, DoesNotSpinOnASocketThatTakesNothing) {
    const timeval soon{0, 1000};
    ASSERT_EQ(::setsockopt(there, SOL_SOCKET, SO_SNDTIMEO, &soon, sizeof soon), 0);
    const Result<void> sent = ipc::send_all(there, Bytes(4u << 20));
    ASSERT_FALSE(sent);
    EXPECT_EQ(sent.error().code, Errc::timed_out);
}

TEST_F(SocketIo, SendsMoreThanTheSocketHoldsToAPeerThatReads) {
    constexpr std::uint32_t kBody = kMaxFrameBytes;
    Bytes frame(ipc::kHeaderBytes + kBody, std::byte{0x5a});
    ipc::write_header({kBody, ipc::MessageType::submit, 0, 9},
                      std::span<std::byte, ipc::kHeaderBytes>(frame.data(), ipc::kHeaderBytes));
    std::jthread sender([this, &frame] { EXPECT_TRUE(ipc::send_all(there, frame)); });
    std::vector<std::uint64_t> requests;
    while (requests.empty()) {
        ASSERT_EQ(*ipc::receive(here, reader, Wait::yes), ReadStatus::data);
        requests = frames();
    }
    EXPECT_EQ(requests, std::vector<std::uint64_t>{9});
}

TEST_F(SocketIo, GoesOnAfterASignalWithoutRestart) {
    struct sigaction nothing {
    }, before{};
    nothing.sa_handler = [](int) {};
    ASSERT_EQ(::sigaction(SIGUSR1, &nothing, &before), 0);
    std::atomic<bool> answered = false;
    const pthread_t reading = ::pthread_self();
    std::jthread sender([this, reading, &answered] {
        // The reader's wait is hit by signals at every moment until the byte comes.
        for (int i = 0; i < 200; ++i) {
            ::pthread_kill(reading, SIGUSR1);
            std::this_thread::yield();
        }
        EXPECT_TRUE(ipc::send_all(there, ping(1)));
        while (!answered)
            std::this_thread::yield();
    });
    EXPECT_EQ(*ipc::receive(here, reader, Wait::yes), ReadStatus::data);
    answered = true;
    sender.join();
    ASSERT_EQ(::sigaction(SIGUSR1, &before, nullptr), 0);
    EXPECT_EQ(frames(), std::vector<std::uint64_t>{1});
}

}  // namespace
}  // namespace samovar::tests
