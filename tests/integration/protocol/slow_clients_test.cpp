// Clients that stop half-way: they are let go in time, hold little, and nobody else waits for them.

#include <gmock/gmock.h>
#include <signal.h>

#include "tests/integration/protocol/bystander.hpp"

namespace samovar::tests {
namespace {

using ipc::Bytes;
using std::chrono::seconds;
using testing::HasSubstr;

class SlowClients : public WithBystander {
  protected:
    // The longest of some answers to the honest client, while others misbehave.
    std::chrono::milliseconds slowest_ping() {
        std::chrono::steady_clock::duration slowest{};
        for (int i = 0; i < 50; ++i) {
            const auto start = std::chrono::steady_clock::now();
            bystander.get<ipc::Pong>(ipc::Ping{});
            slowest = std::max(slowest, std::chrono::steady_clock::now() - start);
        }
        return std::chrono::ceil<std::chrono::milliseconds>(slowest);
    }
};

TEST_F(SlowClients, ThatNeverEndAFrameOrNeverGreetAreLetGo) {
    std::vector<TestClient> half_way, silent;
    const Bytes frame = ipc::encode(ipc::DescribeModel{"picture"}, 1).value();
    for (std::size_t i = 0; i < 100; ++i) {
        half_way.push_back(connect());
        half_way.back().send_bytes(std::span(frame).first(1 + i % (frame.size() - 1)));
        silent.push_back(connect_without_hello());
    }
    EXPECT_LT(slowest_ping(), seconds(2));

    for (TestClient& client : half_way) {
        const Error error = client.next(seconds(30)).error();
        EXPECT_EQ(error.code, Errc::timed_out);
        EXPECT_THAT(error.message, HasSubstr("10000 ms"));
        EXPECT_NE(error.hint, "");
        EXPECT_TRUE(client.ended());
    }
    for (TestClient& client : silent)
        EXPECT_TRUE(client.ended(seconds(30)));
}

TEST_F(SlowClients, ThatDripAFrameByteByByteAreLetGoAsWell) {
    TestClient client = connect();
    const Bytes frame = ipc::encode(ipc::DescribeModel{std::string(64, 'x')}, 1).value();
    std::size_t sent = 0;
    const auto drip_until_cut_off = [&] {
        if (sent < frame.size()) client.send_bytes(std::span(frame).subspan(sent++, 1));
        return client.answered(1, std::chrono::milliseconds(250)) || client.answered(0, seconds(0));
    };
    EXPECT_TRUE(wait_until(drip_until_cut_off, seconds(40)));
    EXPECT_LT(sent, frame.size());
}

TEST_F(SlowClients, ThatStopReadingAreCutOffAndHoldLittleMemory) {
    for (const char* name : {"a", "b", "c", "d", "e", "f", "g", "h"})
        add_picture_model(name);
    bystander.get<ipc::ReloadReport>(ipc::Reload{});
    const std::size_t resident = resident_kilobytes(daemon.pid());

    // As many requests as the socket takes without anybody reading; their answers are 17 MB.
    const Process stopped([this] {
        TestClient client = connect();
        Bytes many;
        for (std::uint64_t request = 1; request <= 12'000; ++request) {
            const Bytes ask = ipc::encode(ipc::ListModels{}, request).value();
            many.insert(many.end(), ask.begin(), ask.end());
        }
        client.send_bytes(many);
        ::raise(SIGSTOP);
    });
    const auto cut_off = [this] {
        return daemon.log().find("its answers are not read") != std::string::npos;
    };
    EXPECT_TRUE(wait_until(cut_off));
    EXPECT_LT(slowest_ping(), seconds(2));
    if (!kKeepsWhatWasFreed) {
        EXPECT_LT(resident_kilobytes(daemon.pid()), resident + (16u << 10));
    }
    stopped.signal(SIGKILL);
}

TEST_F(SlowClients, DoNotKeepOthersFromConnecting) {
    std::vector<TestClient> many;
    for (int i = 0; i < 200; ++i)
        many.push_back(connect_without_hello());
    for (TestClient& client : many) {
        client.next().as<ipc::Greeting>();
        client.send(ipc::Hello{ipc::kNewestVersion, "one of many"}, 0);
        client.get<ipc::Pong>(ipc::Ping{});
    }
    EXPECT_EQ(accounts().sessions, before.sessions + 200);
}

}  // namespace
}  // namespace samovar::tests
