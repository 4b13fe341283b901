// Frames and bodies that break the protocol: each is told why, and cut off.

#include <gmock/gmock.h>

#include <sys/socket.h>

#include "tests/integration/protocol/bystander.hpp"
#include "tests/support/specimens.hpp"

namespace samovar::tests {
namespace {

using ipc::Bytes;
using ipc::MessageType;
using testing::HasSubstr;

class Frames : public WithBystander {
  protected:
    Error after(const Bytes& bytes) {
        TestClient client = connect();
        client.send_bytes(bytes);
        return expect_cut_off(client);
    }
};

// A frame with any header and body; the body's byte mark is the caller's business.
Bytes frame(MessageType type, const Bytes& body, std::uint16_t flags = 0,
            std::uint64_t request = 1) {
    Bytes bytes(ipc::kHeaderBytes);
    ipc::write_header({static_cast<std::uint32_t>(body.size()), type, flags, request},
                      std::span<std::byte, ipc::kHeaderBytes>(bytes.data(), ipc::kHeaderBytes));
    bytes.insert(bytes.end(), body.begin(), body.end());
    return bytes;
}

Bytes header_of(std::uint32_t length) {
    Bytes bytes(ipc::kHeaderBytes);
    ipc::write_header({length, MessageType::submit, 0, 1},
                      std::span<std::byte, ipc::kHeaderBytes>(bytes.data(), ipc::kHeaderBytes));
    return bytes;
}

Bytes body_of(std::initializer_list<unsigned> values) {
    Bytes body;
    for (const unsigned value : values)
        body.push_back(static_cast<std::byte>(value));
    return body;
}

TEST_F(Frames, OverTheLimitAreRefusedByTheirHeader) {
    EXPECT_THAT(after(header_of(kMaxFrameBytes + 1)).message,
                HasSubstr("1179649 bytes where at most 1179648 are allowed"));
    EXPECT_THAT(after(header_of(0xffffffff)).message, HasSubstr("4294967295 bytes"));
}

TEST_F(Frames, ThatAnnounceMuchAndSendLittleCostNoMemory) {
    const std::size_t resident = resident_kilobytes(daemon.pid());
    std::vector<TestClient> clients;
    for (int i = 0; i < 100; ++i) {
        clients.push_back(connect());
        clients.back().send_bytes(header_of(kMaxFrameBytes));
    }
    expect_bystander_served();
    EXPECT_LT(resident_kilobytes(daemon.pid()), resident + 100u * 128);
}

TEST_F(Frames, CutShortByTheEndOfTheConnectionAreDropped) {
    const Bytes submit = specimen_frame<ipc::Submit>();
    for (const std::size_t length : {std::size_t{1}, ipc::kHeaderBytes, submit.size() - 1}) {
        TestClient client = connect();
        client.send_bytes(std::span(submit).first(length));
        ASSERT_EQ(::shutdown(client.fd(), SHUT_WR), 0);
        EXPECT_EQ(expect_cut_off(client).message, "the connection ended inside a frame");
    }
}

TEST_F(Frames, OfAnUnknownTypeAreRefused) {
    EXPECT_THAT(after(frame(static_cast<MessageType>(9999), body_of({1}))).message,
                HasSubstr("9999 (unknown) is no request"));
}

TEST_F(Frames, ThatOnlyTheDaemonOrAWorkerSendsAreRefused) {
    for (const MessageType type : {MessageType::greeting, MessageType::hello, MessageType::done,
                                   MessageType::run_job, MessageType::map_channel})
        EXPECT_THAT(after(frame(type, body_of({1}))).message, HasSubstr("is no request"));
}

TEST_F(Frames, WithUnknownFlagsAreRefused) {
    EXPECT_EQ(after(frame(MessageType::ping, body_of({1}), 0x20)).message,
              "unknown flags in a frame's header");
}

TEST_F(Frames, WithTheRequestIdZeroAreRefused) {
    EXPECT_EQ(after(frame(MessageType::ping, body_of({1}), 0, 0)).message,
              "a request has the id 0");
}

TEST_F(Frames, WithBytesAfterTheMessageAreRefused) {
    EXPECT_THAT(after(frame(MessageType::ping, body_of({1, 0}))).message,
                HasSubstr("bytes follow the end"));
}

TEST_F(Frames, WithoutABodyOrWithAnotherByteMarkAreRefused) {
    EXPECT_THAT(after(frame(MessageType::ping, {})).message, HasSubstr("ends inside a field"));
    EXPECT_THAT(after(frame(MessageType::ping, body_of({0}))).message,
                HasSubstr("does not begin with byte 1"));
}

TEST_F(Frames, WithCountsThatLieAreRefused) {
    const auto all_ones = body_of({1, 255, 255, 255, 255, 255, 255, 255, 255});
    EXPECT_EQ(
        after(frame(MessageType::describe_model, all_ones)).message,
        "malformed describe_model: a count of 18446744073709551615 where at most 64 are allowed");
    EXPECT_EQ(after(frame(MessageType::submit, body_of({1, 9, 0, 0, 0, 0, 0, 0, 0, 'x'}))).message,
              "malformed submit: a count that is larger than the bytes that follow");
}

TEST_F(Frames, CutAtAnyByteOfTheirBodyAreRefused) {
    const Bytes whole = specimen_frame<ipc::Submit>();
    const Bytes body(whole.begin() + ipc::kHeaderBytes, whole.end());
    for (std::size_t length = 0; length < body.size(); length += 7) {
        const Error error =
            after(frame(MessageType::submit,
                        Bytes(body.begin(), body.begin() + static_cast<std::ptrdiff_t>(length))));
        EXPECT_THAT(error.message, HasSubstr("malformed submit"));
    }
}

TEST_F(Frames, AreServedByteByByteToo) {
    TestClient client = connect();
    const Bytes ping = ipc::encode(ipc::Ping{}, 7).value();
    for (const std::byte byte : ping)
        client.send_bytes(std::span(&byte, 1));
    EXPECT_EQ(client.next().header.request, 7U);
}

TEST_F(Frames, ManyInOneWriteAreAllAnswered) {
    TestClient client = connect();
    Bytes many;
    for (std::uint64_t request = 1; request <= 500; ++request) {
        const Bytes ping = ipc::encode(ipc::Ping{}, request).value();
        many.insert(many.end(), ping.begin(), ping.end());
    }
    client.send_bytes(many);
    for (std::uint64_t request = 1; request <= 500; ++request)
        ASSERT_EQ(client.next().header.request, request);
}

TEST_F(Frames, BeforeAHelloAreRefused) {
    TestClient client = connect_without_hello();
    EXPECT_EQ(client.next().as<ipc::Greeting>().limits.frame_bytes, kMaxFrameBytes);
    client.send(ipc::Ping{}, 1);
    EXPECT_EQ(expect_cut_off(client).message, "the first frame is a ping, not a hello");
}

TEST_F(Frames, OfAHelloWithAVersionThatIsNotSpokenSayWhichAre) {
    for (const std::uint16_t version : {std::uint16_t{0}, std::uint16_t{2}, std::uint16_t{65535}}) {
        TestClient client = connect_without_hello();
        client.next().as<ipc::Greeting>();
        client.send(ipc::Hello{version, "from the future"}, 0);
        EXPECT_THAT(
            expect_cut_off(client, Errc::version).message,
            HasSubstr("version " + std::to_string(version) + " is not spoken here: 1 to 1"));
    }
}

TEST_F(Frames, OfAClientWithControlCharactersInItsNameWriteNoLinesIntoTheLog) {
    TestClient client = connect_without_hello();
    client.next().as<ipc::Greeting>();
    client.send(ipc::Hello{1, "x\n[error] forged \x1b[31m"}, 0);
    client.get<ipc::Pong>(ipc::Ping{});
    client.send_bytes(header_of(0xffffffff));
    expect_cut_off(client);
    EXPECT_THAT(daemon.log(), HasSubstr("x?[error] forged ?[31m"));
}

TEST_F(Frames, OfEverySpecimenAreAnsweredAndLeaveTheDaemonAlive) {
    for_each(FromClient(), [this](auto identity) {
        using Message = typename decltype(identity)::type;
        TestClient client = connect();
        // The one has no answer, the other none before something happens.
        if (Message::kType == MessageType::cancel || Message::kType == MessageType::watch_events)
            return;
        client.send(specimen<Message>(), 1, descriptors_of(Message::kType) ? 0 : -1);
        EXPECT_NO_THROW(client.next()) << to_string(Message::kType);
    });
}

}  // namespace
}  // namespace samovar::tests
