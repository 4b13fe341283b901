// Frames in and out of one socket: bounds, deadlines, and peers that stop half-way.

#include "daemon/connection.hpp"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include "ipc/os/segment.hpp"
#include "tests/support/descriptors.hpp"
#include "tests/support/test_client.hpp"
#include "tests/unit/daemon/loop.hpp"

namespace samovar::daemon {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

constexpr std::size_t kOutbox = 64u << 10;
constexpr auto kStall = 80ms;

class Connecting : public testing::Test {
  protected:
    Connecting() { connect(kStall); }
    void connect(std::chrono::milliseconds stall) {
        pair_ = tests::SocketPair();
        UnixSocket socket(loop_.context);
        socket.assign(asio::local::stream_protocol(), pair_.there.release());
        connection_ =
            std::make_shared<Connection>(std::move(socket), ConnectionLimits{kOutbox, stall});
    }
    // What next() says: the type of a frame, or the code of an error.
    std::string next() {
        auto frame = loop_.run(connection_->next());
        return std::string(frame ? to_string(frame->header.type) : to_string(frame.error().code));
    }
    void peer_sends(std::span<const std::byte> bytes) const {
        ASSERT_EQ(::send(pair_.here.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL),
                  static_cast<ssize_t>(bytes.size()));
    }
    static ipc::Bytes ping(std::uint64_t request = 1) { return *ipc::encode(ipc::Ping{}, request); }
    static ipc::ErrorReply large() {
        return {
            {Errc::busy, std::string(kMaxTextBytes, 'x'), std::string(kMaxTextBytes, 'y'), 0, 0}};
    }
    // Bytes that the peer can read now.
    std::size_t peer_reads() const {
        std::vector<char> bytes(1 << 20);
        std::size_t sum = 0;
        for (ssize_t n = 0;
             (n = ::recv(pair_.here.get(), bytes.data(), bytes.size(), MSG_DONTWAIT)) > 0;)
            sum += static_cast<std::size_t>(n);
        return sum;
    }

    tests::Loop loop_;
    tests::SocketPair pair_;
    std::shared_ptr<Connection> connection_;
};

TEST_F(Connecting, reads_frame_after_frame) {
    const ipc::Bytes one = ping(7);
    ipc::Bytes two(one);
    two.insert(two.end(), one.begin(), one.end());
    peer_sends(two);
    EXPECT_EQ(next(), "ping");
    EXPECT_EQ(next(), "ping");
    ::close(pair_.here.release());
    EXPECT_EQ(next(), "disconnected");
}

TEST_F(Connecting, waits_for_the_rest_of_a_frame) {
    const ipc::Bytes frame = ping();
    std::optional<Result<ipc::Frame>> taken;
    loop_.start(connection_->next(), taken);
    peer_sends(std::span(frame).first(5));
    loop_.settle();
    EXPECT_FALSE(taken);
    peer_sends(std::span(frame).subspan(5));
    loop_.until([&] { return taken.has_value(); });
    EXPECT_TRUE(*taken);
}

TEST_F(Connecting, sends_what_belongs_together_in_one_piece) {
    {
        const Connection::Together together(*connection_);
        connection_->send(ipc::Ping{}, 1);
        connection_->send(ipc::Ping{}, 2);
        EXPECT_EQ(peer_reads(), 0U);
    }
    EXPECT_EQ(connection_->outbox_bytes(), 0U);
    EXPECT_EQ(peer_reads(), 2 * ping().size());
}

TEST_F(Connecting, sends_a_descriptor_with_its_own_frame_among_those_that_go_together) {
    const ipc::UniqueFd memory = ipc::UniqueFd(::memfd_create("among", MFD_CLOEXEC));
    {
        const Connection::Together together(*connection_);
        connection_->send(ipc::Ping{}, 1);
        connection_->send(ipc::ChannelOpened{1, 4096}, 2, memory.get());
        connection_->send(ipc::Ping{}, 3);
    }
    ipc::FrameReader reader;
    std::string seen;
    while (*ipc::receive(pair_.here.get(), reader, ipc::Wait::no) == ipc::ReadStatus::data)
        for (auto frame = reader.take(); *frame; frame = reader.take())
            seen += std::string(to_string((*frame)->header.type)) +
                    ((*frame)->descriptor ? " with memory, " : ", ");
    EXPECT_EQ(seen, "ping, channel_opened with memory, ping, ");
}

TEST_F(Connecting, holds_no_more_together_than_its_outbox_may) {
    const Connection::Together together(*connection_);
    for (int i = 0; i < 100 && !connection_->closed(); ++i)
        connection_->send(large(), 1);
    EXPECT_THAT(connection_->reason(), HasSubstr("not read"));
}

TEST_F(Connecting, gives_a_frame_that_never_ends_a_deadline_and_can_still_answer) {
    const ipc::Bytes frame = ping();
    peer_sends(std::span(frame).first(5));
    EXPECT_EQ(next(), "timed_out");
    EXPECT_FALSE(connection_->closed());
    connection_->send(ipc::Ok{}, 1);
    EXPECT_GT(peer_reads(), 0U);
}

TEST_F(Connecting, gives_no_more_time_for_a_byte_now_and_then) {
    const ipc::Bytes frame = *ipc::encode(large(), 1);
    std::optional<Result<ipc::Frame>> taken;
    loop_.start(connection_->next(), taken);
    std::size_t sent = 0;
    while (!taken && sent < frame.size()) {
        if (::send(pair_.here.get(), frame.data() + sent++, 1, MSG_NOSIGNAL) != 1) break;
        loop_.settle(kStall / 10);
    }
    loop_.until([&] { return taken.has_value(); });
    ASSERT_FALSE(*taken);
    EXPECT_EQ(taken->error().code, Errc::timed_out);
    EXPECT_THAT(taken->error().message, HasSubstr("80 ms"));
}

TEST_F(Connecting, gives_an_idle_peer_all_the_time_it_wants) {
    std::optional<Result<ipc::Frame>> taken;
    loop_.start(connection_->next(), taken);
    loop_.settle(3 * kStall);
    EXPECT_FALSE(taken);
    peer_sends(ping());
    loop_.until([&] { return taken.has_value(); });
    EXPECT_TRUE(*taken);
}

TEST_F(Connecting, measures_each_frame_by_itself) {
    connect(1s);
    for (int i = 0; i < 6; ++i) {
        const ipc::Bytes frame = ping();
        std::optional<Result<ipc::Frame>> taken;
        loop_.start(connection_->next(), taken);
        peer_sends(std::span(frame).first(5));
        loop_.settle(200ms);
        peer_sends(std::span(frame).subspan(5));
        loop_.until([&] { return taken.has_value(); });
        EXPECT_TRUE(*taken);
    }
}

TEST_F(Connecting, takes_an_end_inside_a_frame_for_a_fault) {
    const ipc::Bytes frame = ping();
    peer_sends(std::span(frame).first(5));
    ::close(pair_.here.release());
    EXPECT_EQ(next(), "protocol");
}

TEST_F(Connecting, refuses_frames_that_are_too_long_before_they_come) {
    std::array<std::byte, ipc::kHeaderBytes> header{};
    ipc::write_header({kMaxFrameBytes + 1, ipc::MessageType::ping, 0, 1}, header);
    peer_sends(header);
    EXPECT_EQ(next(), "protocol");
}

TEST_F(Connecting, lets_others_work_between_the_frames_of_a_busy_peer) {
    ipc::Bytes many;
    for (std::uint64_t i = 1; i <= 200; ++i) {
        const ipc::Bytes one = ping(i);
        many.insert(many.end(), one.begin(), one.end());
    }
    peer_sends(many);
    int read = 0, turns_of_others = 0;
    const auto reader = [](std::shared_ptr<Connection> connection,
                           int* count) -> asio::awaitable<int> {
        while (*count < 200) {
            const Result<ipc::Frame> frame = co_await connection->next();
            if (!frame) break;
            ++*count;
        }
        co_return *count;
    };
    std::optional<int> all;
    loop_.start(reader(connection_, &read), all);
    std::function<void()> other = [&] {
        if (read == 200) return;
        ++turns_of_others;
        asio::post(loop_.context, other);
    };
    asio::post(loop_.context, other);
    loop_.until([&] { return read == 200; });
    EXPECT_GE(turns_of_others, 2);
}

TEST_F(Connecting, keeps_what_a_full_socket_does_not_take_and_sends_it_later) {
    const std::size_t size = ipc::encode(large(), 1)->size();
    std::size_t frames = 0;
    while (connection_->outbox_bytes() == 0) {
        connection_->send(large(), 1);
        ASSERT_LT(++frames, 10'000U);
    }
    std::size_t read = 0;
    loop_.until([&] { return (read += peer_reads()) == frames * size; });
    EXPECT_EQ(connection_->outbox_bytes(), 0U);
    EXPECT_FALSE(connection_->closed());
}

TEST_F(Connecting, cuts_off_a_peer_whose_answers_would_fill_its_outbox) {
    std::size_t most = 0;
    for (int i = 0; i < 10'000 && !connection_->closed(); ++i) {
        connection_->send(large(), 1);
        most = std::max(most, connection_->outbox_bytes());
    }
    EXPECT_TRUE(connection_->closed());
    EXPECT_LE(most, kOutbox);
    EXPECT_EQ(connection_->reason(), "its answers are not read");
    EXPECT_EQ(connection_->outbox_bytes(), 0U);
    EXPECT_EQ(next(), "disconnected");
}

TEST_F(Connecting, cuts_off_a_peer_that_does_not_read_at_all) {
    while (connection_->outbox_bytes() == 0)
        connection_->send(large(), 1);
    loop_.until([&] { return connection_->closed(); });
    EXPECT_EQ(connection_->reason(), "its answers are not read");
}

// Connections of one user, who may hold 32 KiB in all, and each of them 16 KiB whatever the others
// hold.
class OfOneUser : public testing::Test {
  protected:
    static constexpr ConnectionLimits kLimits{.user_bytes = 32u << 10, .share_bytes = 16u << 10};
    struct Peer {
        explicit Peer(OfOneUser& test) {
            UnixSocket socket(test.loop_.context);
            socket.assign(asio::local::stream_protocol(), pair.there.release());
            connection = std::make_shared<Connection>(std::move(socket), kLimits, test.user_);
        }
        // Leaves unread what fills the socket, and about so much more.
        void leave_unread(std::size_t bytes) const {
            const ipc::ErrorReply answer{{Errc::busy, std::string(1000, 'x'), "", 0, 0}};
            while (connection->outbox_bytes() < bytes && !connection->closed())
                connection->send(answer, 1);
        }
        tests::SocketPair pair;
        std::shared_ptr<Connection> connection;
    };
    Result<ipc::Frame> next(const Peer& peer) { return loop_.run(peer.connection->next()); }

    tests::Loop loop_;
    std::shared_ptr<UserBuffers> user_ = std::make_shared<UserBuffers>();
};

TEST_F(OfOneUser, one_that_wants_more_than_its_share_is_cut_off_once_all_hold_too_much) {
    const Peer first(*this), second(*this), third(*this);
    first.leave_unread(24u << 10);
    EXPECT_FALSE(first.connection->closed());
    second.leave_unread(24u << 10);
    EXPECT_TRUE(second.connection->closed());
    EXPECT_EQ(second.connection->reason(), "too many answers to its user are not read");
    third.leave_unread(6u << 10);
    EXPECT_FALSE(third.connection->closed());
    EXPECT_FALSE(first.connection->closed());
    EXPECT_EQ(user_->bytes, first.connection->outbox_bytes() + third.connection->outbox_bytes());
}

TEST_F(OfOneUser, frames_that_do_not_end_count_too) {
    const Peer first(*this), second(*this);
    first.leave_unread(30u << 10);
    const ipc::Bytes frame = *ipc::encode(ipc::AddModel{std::string(4'000, 'x')}, 1);
    ipc::Bytes frames;
    while (frames.size() < 30'000)
        frames.insert(frames.end(), frame.begin(), frame.end());
    ASSERT_EQ(::send(second.pair.here.get(), frames.data(), frames.size(), MSG_NOSIGNAL),
              static_cast<ssize_t>(frames.size()));
    // Whole ones are served, however many come at once.
    for (std::size_t i = 0; i < frames.size() / frame.size(); ++i)
        EXPECT_TRUE(next(second)) << i;

    ipc::Bytes large = frame;
    const std::uint32_t length = 512u << 10;
    std::memcpy(large.data(), &length, sizeof length);
    large.resize(100u << 10);
    ASSERT_EQ(::send(second.pair.here.get(), large.data(), large.size(), MSG_NOSIGNAL),
              static_cast<ssize_t>(large.size()));
    const Result<ipc::Frame> refused = next(second);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, Errc::busy);
    EXPECT_THAT(refused.error().message, HasSubstr("32768 are allowed"));
    EXPECT_NE(refused.error().hint, "");
}

TEST_F(OfOneUser, what_was_sent_or_closed_is_held_no_more) {
    const Peer first(*this), second(*this);
    first.leave_unread(24u << 10);
    std::vector<char> bytes(1 << 20);
    loop_.until([&] {
        while (::recv(first.pair.here.get(), bytes.data(), bytes.size(), MSG_DONTWAIT) > 0) {
        }
        return first.connection->outbox_bytes() == 0;
    });
    EXPECT_EQ(user_->bytes, 0U);
    second.leave_unread(24u << 10);
    EXPECT_FALSE(second.connection->closed());
    second.connection->close();
    EXPECT_EQ(user_->bytes, 0U);
    {
        const Peer gone(*this);
        gone.leave_unread(10u << 10);
        EXPECT_GT(user_->bytes, 0U);
        gone.connection->close();
    }
    EXPECT_EQ(user_->bytes, 0U);
}

TEST(BuffersOfUsers, has_one_for_each_user_as_long_as_somebody_holds_it) {
    BuffersOfUsers users;
    const auto one = users.of(1);
    EXPECT_EQ(users.of(1), one);
    EXPECT_NE(users.of(2), one);
    one->bytes = 7;
    EXPECT_EQ(users.of(1)->bytes, 7U);
}

TEST_F(Connecting, serves_nothing_that_came_before_it_was_cut_off) {
    peer_sends(ping());
    EXPECT_EQ(next(), "ping");
    peer_sends(ping());
    connection_->close();
    EXPECT_EQ(next(), "disconnected");
}

TEST_F(Connecting, closes_once_all_is_sent) {
    const std::size_t size = ipc::encode(large(), 1)->size();
    std::size_t frames = 0;
    while (connection_->outbox_bytes() == 0) {
        connection_->send(large(), 1);
        ++frames;
    }
    connection_->close_when_sent();
    EXPECT_FALSE(connection_->closed());
    connection_->send(large(), 1);  // too late
    std::size_t read = 0;
    loop_.until([&] {
        read += peer_reads();
        return connection_->closed();
    });
    EXPECT_EQ(read + peer_reads(), frames * size);
}

TEST_F(Connecting, sends_a_descriptor_with_its_frame_also_when_it_has_to_wait) {
    const auto memfd = ipc::create_segment(4096);
    while (connection_->outbox_bytes() == 0)
        connection_->send(large(), 1);
    const std::size_t before = tests::open_descriptors();
    connection_->send(ipc::ChannelOpened{1, 4096}, 9, memfd->get());
    EXPECT_EQ(tests::open_descriptors(), before + 1);
    ipc::FrameReader reader;
    std::optional<ipc::UniqueFd> received;
    loop_.until([&] {
        while (ipc::receive(pair_.here.get(), reader, ipc::Wait::no).value() ==
               ipc::ReadStatus::data)
            for (auto frame = reader.take(); frame && *frame; frame = reader.take())
                if ((*frame)->header.request == 9) received = std::move((*frame)->descriptor);
        return received.has_value();
    });
    EXPECT_TRUE(ipc::check_segment(received->get(), 4096));
    received.reset();
    EXPECT_EQ(tests::open_descriptors(), before);
}

TEST_F(Connecting, gives_back_the_descriptors_that_still_waited) {
    const auto memfd = ipc::create_segment(4096);
    while (connection_->outbox_bytes() == 0)
        connection_->send(large(), 1);
    const std::size_t before = tests::open_descriptors();
    for (int i = 0; i < 5; ++i)
        connection_->send(ipc::ChannelOpened{1, 4096}, 9, memfd->get());
    connection_->close();
    EXPECT_EQ(tests::open_descriptors(), before);
}

TEST_F(Connecting, hears_of_a_peer_that_went_away_at_the_next_answer) {
    ::close(pair_.here.release());
    connection_->send(ipc::Ok{}, 1);
    EXPECT_TRUE(connection_->closed());
    EXPECT_EQ(connection_->reason(), "");
}

}  // namespace
}  // namespace samovar::daemon
