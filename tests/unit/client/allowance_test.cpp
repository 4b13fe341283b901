// What the daemon allows one session: jobs in flight, inline bytes, unread bytes.

#include <gtest/gtest.h>

#include <poll.h>

#include <samovar/client.hpp>

#include "fake_daemon.hpp"

namespace samovar::tests {
namespace {

using ipc::MessageType;
using std::chrono::milliseconds;

constexpr milliseconds kLong{20'000};

JobSpec job_of(std::size_t bytes) {
    JobSpec spec{.model = "echo"};
    spec.inputs.push_back({"x", DType::uint8, {bytes}, {}, std::vector<std::byte>(bytes)});
    return spec;
}

class Allowance : public ::testing::Test {
  protected:
    Client& connect(std::uint32_t jobs, FakeDaemon::Handler submit) {
        daemon.emplace(path, [jobs, submit](FakePeer& peer) {
            ipc::Greeting greeting = FakePeer::default_greeting();
            greeting.limits.session_jobs = jobs;
            peer.shake_hands(greeting);
            while (auto frame = peer.next())
                if (frame->header.type == MessageType::submit) submit(peer, *frame);
        });
        client.emplace(*Client::connect({.socket = path}));
        return *client;
    }
    tests::TemporaryFolder folder;
    std::string path = folder.path() / "s";
    std::optional<FakeDaemon> daemon;
    std::optional<Client> client;
};

TEST_F(Allowance, SubmitIsBusyAtExactlyTheLimitOfJobs) {
    connect(3, [](FakePeer&, ipc::Frame&) {});
    for (int i = 0; i < 3; ++i)
        ASSERT_TRUE(client->submit(job_of(1)));
    JobSpec spec = job_of(1);
    const auto refused = client->submit(std::move(spec));
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, Errc::busy);
    EXPECT_EQ(refused.error().message, "3 jobs are in flight, and the daemon allows a session 3");
    EXPECT_EQ(spec.inputs.size(), 1U) << "as it was";
}

TEST_F(Allowance, SubmitIsBusyWhereInlineTensorsWouldHoldTooMuch) {
    connect(1000, [](FakePeer&, ipc::Frame&) {});
    const std::size_t most = kMaxInlineBytesPerSession / kMaxInlineBytes;
    for (std::size_t i = 0; i < most; ++i)
        ASSERT_TRUE(client->submit(job_of(kMaxInlineBytes))) << i;
    const auto refused = client->submit(job_of(1));
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, Errc::busy);
}

TEST_F(Allowance, RunWaitsForRoom) {
    std::optional<std::uint64_t> held;
    const StopsFirst stops(daemon);
    connect(1, [&](FakePeer& peer, ipc::Frame& frame) {
        // The first job ends when the client has waited long enough for another test to fail.
        if (!held) held = frame.header.request;
        ipc::Done done;
        peer.send(done, frame.header.request);
    });
    ASSERT_TRUE(client->submit(job_of(1)));
    EXPECT_TRUE(client->run(job_of(1), kLong)) << "the answer to the first made room";
}

TEST_F(Allowance, RunTriesAgainWhereTheDaemonIsBusy) {
    int tries = 0;
    const StopsFirst stops(daemon);
    connect(8, [&](FakePeer& peer, ipc::Frame& frame) {
        if (++tries == 3) return peer.send(ipc::Done{}, frame.header.request);
        peer.send(ipc::ErrorReply{{Errc::busy, "the queue is full", "", 0, 1}},
                  frame.header.request);
    });
    EXPECT_TRUE(client->run(job_of(1), kLong));
    EXPECT_EQ(tries, 3);
}

TEST_F(Allowance, RunGivesUpOnABusyDaemonAtItsDeadline) {
    connect(8, [](FakePeer& peer, ipc::Frame& frame) {
        peer.send(ipc::ErrorReply{{Errc::busy, "the queue is full", "", 0, 1}},
                  frame.header.request);
    });
    const auto result = client->run(job_of(1), milliseconds(10));
    ASSERT_FALSE(result);
    EXPECT_TRUE(result.error().code == Errc::busy || result.error().code == Errc::timed_out);
}

TEST_F(Allowance, ADaemonThatDoesNotReadGetsABoundedQueueAndAllOfItLater) {
    std::promise<void> go;
    auto gone = go.get_future().share();
    std::atomic<int> jobs{0};
    const StopsFirst stops(daemon);
    daemon.emplace(path, [&, gone](FakePeer& peer) {
        ipc::Greeting greeting = FakePeer::default_greeting();
        greeting.limits.session_jobs = 100'000;
        peer.shake_hands(greeting);
        gone.wait();
        while (auto frame = peer.next()) {
            ++jobs;
            peer.send(ipc::Done{}, frame->header.request);
        }
    });
    client.emplace(*Client::connect({.socket = path}));
    int submitted = 0;
    Result<Job> last = client->submit(job_of(40'000));
    for (; last && submitted < 10'000; ++submitted)
        last = client->submit(job_of(40'000));
    ASSERT_FALSE(last);
    EXPECT_EQ(last.error().code, Errc::busy);
    EXPECT_NE(client->events() & POLLOUT, 0) << "something waits to be sent";
    go.set_value();
    EXPECT_TRUE(client->drain(kLong));
    EXPECT_EQ(jobs, submitted);
    EXPECT_EQ(client->events(), POLLIN);
}

}  // namespace
}  // namespace samovar::tests
