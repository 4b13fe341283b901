#include <gtest/gtest.h>

#include <samovar/client.hpp>

#include "fake_daemon.hpp"

namespace samovar::tests {
namespace {

using std::chrono::milliseconds;

class Connect : public ::testing::Test {
  protected:
    Options options() const { return {.socket = path, .name = "test 1"}; }
    tests::TemporaryFolder folder;
    std::string path = folder.path() / "s";
};

TEST_F(Connect, GreetsAndTellsTheDaemonsLimits) {
    std::promise<ipc::Hello> hello;
    FakeDaemon daemon(path, [&](FakePeer& peer) {
        ipc::Greeting greeting = FakePeer::default_greeting();
        greeting.roles = ipc::kRoleSubmit;
        greeting.limits.channel_bytes = 1 << 20;
        greeting.limits.session_jobs = 7;
        hello.set_value(peer.shake_hands(greeting));
        peer.next();
    });
    const Result<Client> client = Client::connect(options());
    ASSERT_TRUE(client) << describe(client.error());
    EXPECT_EQ(client->socket(), path);
    const DaemonInfo info = client->daemon();
    EXPECT_EQ(info.name, "fake 1.0");
    EXPECT_EQ(info.version, 1);
    EXPECT_TRUE(info.may_submit);
    EXPECT_FALSE(info.may_administer);
    EXPECT_EQ(info.channel_bytes, 1U << 20);
    EXPECT_EQ(info.jobs, 7U);
    const ipc::Hello said = hello.get_future().get();
    EXPECT_EQ(said.version, 1);
    EXPECT_EQ(said.client, "test 1");
}

TEST_F(Connect, FailsAtOnceWhereNoDaemonIs) {
    const Result<Client> client = Client::connect(options());
    ASSERT_FALSE(client);
    EXPECT_EQ(client.error().code, Errc::no_daemon);
}

TEST_F(Connect, FailsAtOnceAtASocketThatADeadDaemonLeft) {
    {
        FakeDaemon daemon(path, [](FakePeer&) {});
        std::filesystem::create_hard_link(path, path + ".left");
    }
    const Result<Client> client = Client::connect({.socket = path + ".left"});
    ASSERT_FALSE(client);
    EXPECT_EQ(client.error().code, Errc::no_daemon);
}

TEST_F(Connect, TellsBothRangesWhereNoVersionIsInCommon) {
    FakeDaemon daemon(path, [](FakePeer& peer) {
        ipc::Greeting greeting = FakePeer::default_greeting();
        greeting.oldest_version = 7;
        greeting.newest_version = 9;
        peer.shake_hands(greeting);
    });
    const Result<Client> client = Client::connect(options());
    ASSERT_FALSE(client);
    EXPECT_EQ(client.error().code, Errc::version);
    EXPECT_EQ(client.error().message,
              "fake 1.0 speaks protocol versions 7 to 9, this library 1 to 1");
}

TEST_F(Connect, SpeaksTheNewestVersionThatBothKnow) {
    FakeDaemon daemon(path, [](FakePeer& peer) {
        ipc::Greeting greeting = FakePeer::default_greeting();
        greeting.newest_version = 9;
        peer.shake_hands(greeting);
        peer.next();
    });
    const Result<Client> client = Client::connect(options());
    ASSERT_TRUE(client);
    EXPECT_EQ(client->daemon().version, 1);
}

TEST_F(Connect, PassesOnWhatTheDaemonSaysInsteadOfAGreeting) {
    FakeDaemon daemon(path, [](FakePeer& peer) { peer.fail(0, Errc::busy, "too many sessions"); });
    const Result<Client> client = Client::connect(options());
    ASSERT_FALSE(client);
    EXPECT_EQ(client.error().code, Errc::busy);
    EXPECT_EQ(client.error().message, "too many sessions");
}

TEST_F(Connect, RefusesGarbage) {
    FakeDaemon daemon(path, [](FakePeer& peer) {
        const std::string text = "HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n";
        peer.send_bytes(std::as_bytes(std::span(text)));
    });
    const Result<Client> client = Client::connect(options());
    ASSERT_FALSE(client);
    EXPECT_EQ(client.error().code, Errc::protocol);
}

TEST_F(Connect, RefusesAFrameThatIsNoGreeting) {
    FakeDaemon daemon(path, [](FakePeer& peer) { peer.send(ipc::Pong{}, 0); });
    const Result<Client> client = Client::connect(options());
    ASSERT_FALSE(client);
    EXPECT_EQ(client.error().code, Errc::protocol);
    EXPECT_NE(client.error().message.find("does not greet"), std::string::npos);
}

TEST_F(Connect, TellsOfADaemonThatHangsUp) {
    FakeDaemon daemon(path, [](FakePeer&) {});
    const Result<Client> client = Client::connect(options());
    ASSERT_FALSE(client);
    EXPECT_EQ(client.error().code, Errc::disconnected);
}

TEST_F(Connect, GivesUpOnADaemonThatSaysNothing) {
    FakeDaemon daemon(path, [](FakePeer& peer) { peer.next(); });
    Options impatient = options();
    impatient.connect_timeout = milliseconds(20);
    const Result<Client> client = Client::connect(impatient);
    ASSERT_FALSE(client);
    EXPECT_EQ(client.error().code, Errc::timed_out);
}

TEST_F(Connect, GivesUpOnADaemonThatStopsInsideItsGreeting) {
    FakeDaemon daemon(path, [](FakePeer& peer) {
        const auto frame = ipc::encode(FakePeer::default_greeting(), 0);
        peer.send_bytes(std::span(*frame).first(20));
        peer.next();
    });
    Options impatient = options();
    impatient.connect_timeout = milliseconds(20);
    const Result<Client> client = Client::connect(impatient);
    ASSERT_FALSE(client);
    EXPECT_EQ(client.error().code, Errc::timed_out);
}

}  // namespace
}  // namespace samovar::tests
