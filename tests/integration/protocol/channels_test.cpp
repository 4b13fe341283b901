// Channels of sizes and numbers that are not to be had.

#include <gmock/gmock.h>

#include <fstream>

#include "tests/integration/protocol/bystander.hpp"

namespace samovar::tests {
namespace {

using ipc::ChannelOpened;
using ipc::CloseChannel;
using ipc::OpenChannel;
using testing::HasSubstr;

class Channels : public WithBystander {};

TEST_F(Channels, AreRoundedUpToPagesAndHaveNumbersOfTheirOwn) {
    TestClient client = connect();
    const Answer first = client.call(OpenChannel{1});
    EXPECT_EQ(first.as<ChannelOpened>().bytes, 4096U);
    EXPECT_TRUE(first.descriptor);
    const Answer second = client.call(OpenChannel{4097});
    EXPECT_EQ(second.as<ChannelOpened>().bytes, 8192U);
    EXPECT_NE(second.as<ChannelOpened>().channel, first.as<ChannelOpened>().channel);
}

TEST_F(Channels, OfNoBytesOrTooManyAreRefusedWithTheLimit) {
    TestClient client = connect();
    for (const std::uint64_t bytes :
         {std::uint64_t{0}, kMaxChannelBytes + 1, std::uint64_t{1} << 62, ~std::uint64_t{0}}) {
        const Error error =
            expect_refused(client, client.call(OpenChannel{bytes}), Errc::invalid_argument);
        EXPECT_EQ(error.message, "a channel of " + std::to_string(bytes) +
                                     " bytes, where 1 to 2147483648 are allowed");
    }
}

TEST_F(Channels, BeyondTheSixteenthAreRefusedUntilOneIsClosed) {
    TestClient client = connect();
    std::uint32_t last = 0;
    for (std::size_t i = 0; i < kMaxChannelsPerSession; ++i)
        last = client.get<ChannelOpened>(OpenChannel{4096}).channel;
    const Error error = expect_refused(client, client.call(OpenChannel{4096}), Errc::quota);
    EXPECT_THAT(error.message, HasSubstr("no more than 16 are allowed"));
    EXPECT_NE(error.hint, "");
    client.get<ipc::Ok>(CloseChannel{last});
    client.get<ChannelOpened>(OpenChannel{4096});
}

TEST_F(Channels, AskedForAllAtOnceAreCountedAsWell) {
    TestClient client = connect();
    std::vector<std::uint64_t> requests;
    for (int i = 0; i < 40; ++i)
        requests.push_back(client.ask(OpenChannel{8u << 20}));
    std::size_t opened = 0, refused = 0;
    for (const std::uint64_t request : requests)
        (client.answer(request).is<ChannelOpened>() ? opened : refused) += 1;
    EXPECT_EQ(opened, kMaxChannelsPerSession);
    EXPECT_EQ(refused, 40 - kMaxChannelsPerSession);
}

// Takes 4 GiB for a moment; a machine that has not so much says that instead.
TEST_F(Channels, BeyondWhatAUserMayHoldAreRefusedInOtherSessionsToo) {
    TestClient one = connect(), other = connect();
    const std::uint64_t first = one.ask(OpenChannel{kMaxChannelBytes});
    const std::uint64_t second = other.ask(OpenChannel{kMaxChannelBytes});
    const Answer answers[] = {one.answer(first), other.answer(second)};
    for (const Answer& answer : answers) {
        if (answer.is<ChannelOpened>()) continue;
        // The bystander's channel counts as well.
        const Errc code = answer.error().code;
        EXPECT_TRUE(code == Errc::quota || code == Errc::out_of_memory) << answer.describe();
        EXPECT_NE(answer.error().hint, "");
    }
    EXPECT_FALSE(answers[0].is<ChannelOpened>() && answers[1].is<ChannelOpened>());
}

TEST_F(Channels, ThatTheSessionDoesNotHaveCannotBeClosed) {
    TestClient client = connect();
    for (const std::uint32_t channel_id : {0u, channel.id, 12345u}) {
        const Error error =
            expect_refused(client, client.call(CloseChannel{channel_id}), Errc::unknown_channel);
        EXPECT_EQ(error.message, "this session has no channel " + std::to_string(channel_id));
    }
}

TEST_F(Channels, OfAClientThatGoesAreFreed) {
    {
        TestClient client = connect();
        for (int i = 0; i < 4; ++i)
            client.get<ChannelOpened>(OpenChannel{16u << 20});
        EXPECT_EQ(accounts().channels, before.channels + 4);
    }
    EXPECT_TRUE(wait_until([this] { return accounts().channels == before.channels; }));
}

TEST_F(Channels, ThatAreStillMadeWhenTheirClientGoesAreFreed) {
    for (int i = 0; i < 5; ++i) {
        TestClient client = connect();
        client.ask(OpenChannel{64u << 20});
    }
}

TEST_F(Channels, AreNeverMappedByTheDaemon) {
    TestClient client = connect();
    const TestChannel mine = open_channel(client, 32u << 20);
    EXPECT_EQ(memfd_mappings(daemon.pid()), 0U);
    EXPECT_GE(memfd_mappings(::getpid()), 2U);  // this one and the bystander's
}

}  // namespace
}  // namespace samovar::tests
