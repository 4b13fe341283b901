#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>

#include <samovar/client.hpp>

#include "fake_daemon.hpp"

namespace samovar::tests {
namespace {

using ipc::MessageType;
using std::chrono::milliseconds;

constexpr milliseconds kLong{20'000};
using Handlers = std::map<MessageType, FakeDaemon::Handler>;

JobSpec inline_job() {
    JobSpec spec{.model = "echo"};
    spec.inputs.push_back({"x", DType::uint8, {1}, {}, {std::byte{1}}});
    return spec;
}

class Reconnect : public ::testing::Test {
  protected:
    void start(Handlers handlers) { daemon.emplace(path, std::move(handlers)); }
    void restart(Handlers handlers) {
        daemon.reset();
        start(std::move(handlers));
    }
    void connect(Options options = {}) {
        options.socket = path;
        client.emplace(*Client::connect(options));
    }
    JobSpec slot_job(std::byte value) {
        JobSpec spec{.model = "echo"};
        spec.inputs.push_back({"x", DType::uint8, {8}, *client->take(8), {}});
        std::ranges::fill(spec.inputs[0].slot.bytes(), value);
        spec.outputs.push_back(*client->take(8));
        return spec;
    }
    tests::TemporaryFolder folder;
    std::string path = folder.path() / "s";
    std::optional<FakeDaemon> daemon;
    std::optional<Client> client;
};

TEST_F(Reconnect, WhatIsOutstandingEndsAtOnceWhenTheDaemonGoesAway) {
    start({{MessageType::submit, [](FakePeer& peer, ipc::Frame&) { peer.close(); }}});
    connect();
    const auto result = client->run(inline_job(), kLong);
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().code, Errc::disconnected);
    EXPECT_EQ(client->fd(), -1);
    EXPECT_EQ(client->events(), 0);
}

TEST_F(Reconnect, EveryJobInFlightEndsAndEveryCallbackIsCalledOnce) {
    std::atomic<int> seen{0};
    const StopsFirst stops(daemon);
    start({{MessageType::submit, [&](FakePeer& peer, ipc::Frame&) {
                if (++seen == 10) peer.close();
            }}});
    connect();
    int ended = 0;
    for (int i = 0; i < 10; ++i)
        ASSERT_TRUE(client->submit(inline_job(), [&](Result<JobResult> result) {
            EXPECT_EQ(result.error().code, Errc::disconnected);
            ++ended;
        }));
    EXPECT_TRUE(client->drain(kLong));
    EXPECT_EQ(ended, 10);
}

TEST_F(Reconnect, TheNextCallAfterARestartFindsTheNewDaemon) {
    start({});
    connect();
    ASSERT_TRUE(client->ping());
    restart({});
    const auto ping = client->ping();
    EXPECT_TRUE(ping) << describe(ping.error());
    EXPECT_EQ(daemon->connections(), 1);
}

TEST_F(Reconnect, ACallWaitsForADaemonThatIsComingBack) {
    const StopsFirst stops(daemon);
    start({});
    connect();
    daemon.reset();
    std::promise<void> calling;
    std::thread restarter([&] {
        calling.get_future().wait();
        start({});
    });
    calling.set_value();
    EXPECT_TRUE(client->ping());
    restarter.join();
}

TEST_F(Reconnect, ACallGivesUpAfterItsPatience) {
    start({});
    connect({.reconnect_wait = milliseconds(30)});
    daemon.reset();
    const auto ping = client->ping();
    ASSERT_FALSE(ping);
    EXPECT_EQ(ping.error().code, Errc::no_daemon);
    start({});
    EXPECT_TRUE(client->ping()) << "and the next call tries again";
}

TEST_F(Reconnect, AClientThatShallNotConnectAgainSaysSo) {
    start({});
    connect({.reconnect = false});
    restart({});
    EXPECT_EQ(client->ping().error().code, Errc::disconnected);
    EXPECT_EQ(client->ping().error().code, Errc::disconnected);
    EXPECT_EQ(daemon->connections(), 0);
}

TEST_F(Reconnect, SlotsStayValidBecauseTheirMemoryIsOfferedAgain) {
    start({{MessageType::submit, echo}});
    connect();
    JobSpec spec = slot_job(std::byte{7});
    restart({{MessageType::submit, echo}});
    const auto result = client->run(std::move(spec), kLong);
    ASSERT_TRUE(result) << describe(result.error());
    EXPECT_EQ(result->outputs.at(0).bytes()[7], std::byte{7});
}

TEST_F(Reconnect, SlotsOfMemoryThatANewDaemonRefusesAreRefusedAtSubmit) {
    start({{MessageType::submit, echo}});
    connect();
    JobSpec spec = slot_job(std::byte{7});
    restart({{MessageType::submit, echo},
             {MessageType::resume_channel, [](FakePeer& peer, ipc::Frame& frame) {
                  peer.fail(frame.header.request, Errc::quota, "too much");
              }}});
    const auto result = client->run(std::move(spec), kLong);
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().code, Errc::unknown_channel);
    EXPECT_EQ(spec.inputs[0].slot.bytes()[0], std::byte{7}) << "the memory is still there";
    JobSpec fresh = slot_job(std::byte{8});
    EXPECT_TRUE(client->run(std::move(fresh), kLong)) << "new slots come from a new channel";
}

TEST_F(Reconnect, AnOutputThatAWorkerMayStillWriteIsNeverGivenAgain) {
    start({{MessageType::submit, [](FakePeer& peer, ipc::Frame&) { peer.close(); }}});
    connect();
    JobSpec spec = slot_job(std::byte{7});
    const std::byte* output = spec.outputs[0].bytes().data();
    const auto lost = client->run(std::move(spec), kLong);
    ASSERT_FALSE(lost);
    EXPECT_EQ(spec.inputs[0].slot.bytes()[0], std::byte{7}) << "the input can be sent again";
    EXPECT_FALSE(spec.outputs[0]);
    std::vector<Slot> others;
    for (int i = 0; i < 100; ++i) {
        others.push_back(*client->take(8));
        EXPECT_NE(others.back().bytes().data(), output);
    }
}

TEST_F(Reconnect, ASendIntoADeadConnectionIsTriedOnceMoreOnANewOne) {
    start({{MessageType::submit, echo}});
    connect();
    JobSpec spec = slot_job(std::byte{9});
    restart({{MessageType::submit, echo}});
    auto job = client->submit(std::move(spec));
    ASSERT_TRUE(job) << describe(job.error());
    EXPECT_TRUE(job->wait(kLong));
}

TEST_F(Reconnect, ADaemonOfAnotherVersionIsNotWaitedFor) {
    start({});
    connect();
    daemon.emplace(path, [](FakePeer& peer) {
        ipc::Greeting greeting = FakePeer::default_greeting();
        greeting.oldest_version = greeting.newest_version = 99;
        peer.shake_hands(greeting);
    });
    EXPECT_EQ(client->ping().error().code, Errc::version);
}

TEST_F(Reconnect, AClientThatIsDestroyedEndsItsJobsAndCallsTheirCallbacks) {
    const StopsFirst stops(daemon);
    start({{MessageType::submit, [](FakePeer&, ipc::Frame&) {}}});
    connect();
    auto job = client->submit(inline_job());
    int called = 0;
    ASSERT_TRUE(client->submit(inline_job(), [&](Result<JobResult> result) {
        EXPECT_EQ(result.error().message, "the client was closed");
        ++called;
    }));
    client.reset();
    EXPECT_EQ(called, 1);
    EXPECT_EQ(job->wait(kLong).error().code, Errc::disconnected);
}

}  // namespace
}  // namespace samovar::tests
