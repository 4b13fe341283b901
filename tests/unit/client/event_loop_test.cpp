// A program with an event loop of its own: fd(), events(), dispatch().

#include <gtest/gtest.h>
#include <poll.h>

#include <samovar/client.hpp>

#include "fake_daemon.hpp"

namespace samovar::tests {
namespace {

using ipc::MessageType;

JobSpec inline_job() {
    JobSpec spec{.model = "echo"};
    spec.inputs.push_back({"x", DType::uint8, {1}, {}, {std::byte{1}}});
    return spec;
}

class EventLoop : public ::testing::Test {
  protected:
    void connect(FakeDaemon::Handler submit) {
        daemon.emplace(path,
                       std::map<MessageType, FakeDaemon::Handler>{{MessageType::submit, submit}});
        client.emplace(*Client::connect({.socket = path}));
    }
    // What a loop does: waits for the descriptor, then dispatches.
    Result<std::size_t> turn() {
        pollfd watched{client->fd(), client->events(), 0};
        EXPECT_EQ(::poll(&watched, 1, 20'000), 1);
        return client->dispatch();
    }
    tests::TemporaryFolder folder;
    std::string path = folder.path() / "s";
    std::optional<FakeDaemon> daemon;
    std::optional<Client> client;
};

TEST_F(EventLoop, CompletesJobsAsTheSocketBecomesReadable) {
    const StopsFirst stops(daemon);
    connect(echo);
    int ended = 0;
    for (int i = 0; i < 3; ++i)
        ASSERT_TRUE(client->submit(inline_job(), [&](Result<JobResult> result) {
            EXPECT_TRUE(result);
            ++ended;
        }));
    std::size_t told = 0;
    while (ended < 3)
        told += *turn();
    EXPECT_EQ(told, 3U);
}

TEST_F(EventLoop, DispatchWithNothingThereReturnsAtOnce) {
    connect(echo);
    EXPECT_EQ(*client->dispatch(), 0U);
    EXPECT_EQ(client->events(), POLLIN);
}

TEST_F(EventLoop, AHandleIsDoneAfterADispatch) {
    connect(echo);
    auto job = client->submit(inline_job());
    while (!job->done())
        ASSERT_TRUE(turn());
    EXPECT_TRUE(job->wait(std::chrono::milliseconds(0)));
}

TEST_F(EventLoop, TheEndOfTheDaemonEndsTheJobsAndIsTold) {
    const StopsFirst stops(daemon);
    connect([](FakePeer& peer, ipc::Frame&) { peer.close(); });
    std::optional<Errc> code;
    ASSERT_TRUE(client->submit(inline_job(),
                               [&](Result<JobResult> result) { code = result.error().code; }));
    const auto dispatched = turn();
    ASSERT_FALSE(dispatched);
    EXPECT_EQ(dispatched.error().code, Errc::disconnected);
    EXPECT_EQ(code, Errc::disconnected);
    EXPECT_EQ(client->fd(), -1);
    EXPECT_EQ(client->dispatch().error().code, Errc::disconnected);
}

TEST_F(EventLoop, ProgressIsToldByDispatchToo) {
    const StopsFirst stops(daemon);
    connect([](FakePeer& peer, ipc::Frame& frame) {
        peer.send(ipc::Progress{"read", 1, 2}, frame.header.request);
        echo(peer, frame);
    });
    std::string phase;
    JobSpec spec = inline_job();
    spec.on_progress = [&](const Progress& progress) { phase = progress.phase; };
    auto job = client->submit(std::move(spec));
    while (!job->done())
        ASSERT_TRUE(turn());
    EXPECT_EQ(phase, "read");
}

}  // namespace
}  // namespace samovar::tests
