#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>

#include <samovar/client.hpp>

#include "fake_daemon.hpp"

namespace samovar::tests {
namespace {

using ipc::MessageType;

// Counts what the client asks for, and answers as the fake daemon does.
struct Channels {
    std::mutex mutex;
    std::vector<std::uint64_t> opened;
    std::vector<std::uint32_t> closed;
};

class Slots : public ::testing::Test {
  protected:
    // A daemon that opens channels of at most `limits`, and refuses more than `quota` in all.
    Client& connect(ipc::Limits limits = {}, std::uint64_t quota = 1ull << 40) {
        daemon.emplace(path, [this, limits, quota](FakePeer& peer) {
            ipc::Greeting greeting = FakePeer::default_greeting();
            greeting.limits = limits;
            peer.shake_hands(greeting);
            std::uint64_t held = 0;
            while (auto frame = peer.next()) {
                const std::scoped_lock lock(seen.mutex);
                if (frame->header.type == MessageType::close_channel) {
                    seen.closed.push_back(ipc::decode<ipc::CloseChannel>(frame->body)->channel);
                    held -= seen.opened.at(seen.closed.back() - 1);
                    peer.send(ipc::Ok{}, frame->header.request);
                } else if (frame->header.type == MessageType::open_channel) {
                    const std::uint64_t bytes = ipc::decode<ipc::OpenChannel>(frame->body)->bytes;
                    if (bytes > limits.channel_bytes || held + bytes > quota) {
                        peer.fail(frame->header.request, Errc::quota, "too much");
                        continue;
                    }
                    held += bytes;
                    seen.opened.push_back(bytes);
                    const auto memfd = ipc::create_segment(bytes);
                    peer.send(
                        ipc::ChannelOpened{static_cast<std::uint32_t>(seen.opened.size()), bytes},
                        frame->header.request, memfd->get());
                } else {
                    peer.send(ipc::Pong{}, frame->header.request);
                }
            }
        });
        connected.emplace(*Client::connect({.socket = path}));
        return *connected;
    }
    std::vector<std::uint64_t> opened() {
        EXPECT_TRUE(connected->ping());  // so that all before it was seen
        const std::scoped_lock lock(seen.mutex);
        return seen.opened;
    }
    std::vector<std::uint32_t> closed() {
        EXPECT_TRUE(connected->ping());
        const std::scoped_lock lock(seen.mutex);
        return seen.closed;
    }

    tests::TemporaryFolder folder;
    std::string path = folder.path() / "s";
    Channels seen;
    std::optional<FakeDaemon> daemon;
    std::optional<Client> connected;
};

TEST_F(Slots, AreZeroAlignedAndAsLargeAsAsked) {
    Client& client = connect();
    const auto slot = client.take(1000);
    ASSERT_TRUE(slot) << describe(slot.error());
    EXPECT_EQ(slot->size(), 1000U);
    EXPECT_EQ(slot->bytes().size(), 1000U);
    EXPECT_EQ(reinterpret_cast<std::uintptr_t>(slot->bytes().data()) % 64, 0U);
    EXPECT_TRUE(std::ranges::all_of(slot->bytes(), [](std::byte b) { return b == std::byte{0}; }));
}

TEST_F(Slots, OfOneJobComeFromOneChannel) {
    Client& client = connect();
    const auto picture = client.take(6'000'000);
    const auto result = client.take(8'000'000);
    ASSERT_TRUE(picture && result);
    EXPECT_EQ(opened().size(), 1U);
    EXPECT_EQ(opened()[0], 4 * ipc::round_to_pages(6'000'000)) << "four of the first slot";
}

TEST_F(Slots, AreUsedAgainAfterTheyWereGivenBack) {
    Client& client = connect();
    for (int i = 0; i < 100; ++i)
        ASSERT_TRUE(client.take(1 << 20));
    EXPECT_EQ(opened().size(), 1U);
}

TEST_F(Slots, OpenFewChannelsHoweverManyAreHeld) {
    Client& client = connect();
    std::vector<Slot> held;
    for (int i = 0; i < 200; ++i)
        held.push_back(*client.take(1 << 20));
    EXPECT_LE(opened().size(), 8U);
}

TEST_F(Slots, AreEmptyAfterAMoveAndAfterRelease) {
    Client& client = connect();
    Slot first = *client.take(10);
    Slot second = std::move(first);
    EXPECT_FALSE(first);  // NOLINT(bugprone-use-after-move): that it is safe is the point
    EXPECT_TRUE(first.bytes().empty());
    EXPECT_TRUE(second);
    second.release();
    second.release();
    EXPECT_FALSE(second);
    EXPECT_EQ(second.size(), 0U);
}

TEST_F(Slots, AreRefusedBeyondOneChannelBeforeTheDaemonIsAsked) {
    ipc::Limits limits;
    limits.channel_bytes = 1 << 20;
    Client& client = connect(limits);
    const auto slot = client.take((1 << 20) + 1);
    ASSERT_FALSE(slot);
    EXPECT_EQ(slot.error().code, Errc::quota);
    EXPECT_NE(slot.error().message.find("1048577"), std::string::npos);
    EXPECT_TRUE(opened().empty());
}

TEST_F(Slots, TakeNoMoreThanTheDaemonsLimitThoughMoreWouldBeSensible) {
    ipc::Limits limits;
    limits.channel_bytes = 2 << 20;
    Client& client = connect(limits);
    EXPECT_TRUE(client.take(1'500'000));
    EXPECT_EQ(opened(), std::vector<std::uint64_t>{2 << 20});
}

TEST_F(Slots, GoOnWithLessWhereTheQuotaAllowsNoMore) {
    Client& client = connect({}, 6 << 20);
    const auto first = client.take(2 << 20);  // 8 MiB would be sensible
    ASSERT_TRUE(first) << describe(first.error());
    EXPECT_EQ(opened(), std::vector<std::uint64_t>{2 << 20});
    const auto second = client.take(4 << 20);
    ASSERT_TRUE(second);
    const auto third = client.take(64);
    ASSERT_FALSE(third);
    EXPECT_EQ(third.error().code, Errc::quota);
}

TEST_F(Slots, MakeRoomByGivingIdleChannelsBack) {
    Client& client = connect({}, 6 << 20);
    client.take(1 << 20)->release();
    EXPECT_TRUE(client.take(5 << 20)) << "the idle 4 MiB go";
    EXPECT_EQ(closed(), std::vector<std::uint32_t>{1});
}

TEST_F(Slots, KeepTheirMemoryWhenTheClientIsGone) {
    Slot slot = *connect().take(100);
    connected.reset();
    daemon.reset();
    std::memset(slot.bytes().data(), 7, slot.size());
    EXPECT_EQ(slot.bytes()[99], std::byte{7});
}

TEST_F(Slots, ReserveOpensOneChannelForAll) {
    Client& client = connect();
    ASSERT_TRUE(client.reserve(32 << 20));
    std::vector<Slot> held;
    for (int i = 0; i < 32; ++i)
        held.push_back(*client.take(1 << 20));
    EXPECT_EQ(opened(), std::vector<std::uint64_t>{32 << 20});
}

TEST_F(Slots, TrimGivesBackOnlyWhatIsIdle) {
    Client& client = connect();
    ASSERT_TRUE(client.reserve(1 << 20));
    Slot held = *client.take(1 << 20);
    ASSERT_TRUE(client.reserve(1 << 20));
    client.trim();
    EXPECT_EQ(closed(), std::vector<std::uint32_t>{2});
    held.release();
    client.trim();
    EXPECT_EQ(closed(), (std::vector<std::uint32_t>{2, 1}));
}

TEST_F(Slots, ADaemonThatSendsNoMemoryIsRefused) {
    daemon.emplace(path, std::map<MessageType, FakeDaemon::Handler>{
                             {MessageType::open_channel, [](FakePeer& peer, ipc::Frame& frame) {
                                  peer.send(ipc::ChannelOpened{1, 1 << 20}, frame.header.request);
                              }}});
    connected.emplace(*Client::connect({.socket = path}));
    const auto slot = connected->take(10);
    ASSERT_FALSE(slot);
    EXPECT_EQ(slot.error().code, Errc::protocol);
}

TEST_F(Slots, MemoryOfAnotherSizeThanToldIsRefused) {
    daemon.emplace(
        path,
        std::map<MessageType, FakeDaemon::Handler>{
            {MessageType::open_channel, [](FakePeer& peer, ipc::Frame& frame) {
                 const auto memfd = ipc::create_segment(4096);
                 peer.send(ipc::ChannelOpened{1, 1 << 20}, frame.header.request, memfd->get());
             }}});
    connected.emplace(*Client::connect({.socket = path}));
    const auto slot = connected->take(10);
    ASSERT_FALSE(slot);
    EXPECT_EQ(slot.error().code, Errc::bad_descriptor);
}

}  // namespace
}  // namespace samovar::tests
