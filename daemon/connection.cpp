#include "daemon/connection.hpp"

#include <fcntl.h>

namespace samovar::daemon {
namespace {

// After so many frames without a pause the others get their turn.
constexpr unsigned kFramesInARow = 16;
// Frames are sent together up to about what a socket takes at a time.
constexpr std::size_t kJoinedBytes = 128u << 10;

}  // namespace

Connection::Connection(UnixSocket socket, ConnectionLimits limits,
                       std::shared_ptr<UserBuffers> user)
    : socket_(std::move(socket)),
      limits_(limits),
      user_(std::move(user)),
      read_timer_(socket_.get_executor()),
      write_timer_(socket_.get_executor()) {}

Connection::~Connection() {
    if (user_) user_->bytes -= accounted_;
}

// Brings the user's account up to date; whether this connection may hold what it holds.
bool Connection::account() {
    if (!user_) return true;
    const std::size_t held = closed_ ? 0 : outbox_bytes_ + reader_.held();
    user_->bytes += held - accounted_;  // both unsigned: a difference below zero is subtracted
    accounted_ = held;
    return held <= limits_.share_bytes || user_->bytes <= limits_.user_bytes;
}

asio::awaitable<Result<ipc::Frame>> Connection::next() {
    const auto self = shared_from_this();
    while (true) {
        // What a peer sent before it was cut off is not served.
        if (closed_) co_return Error{Errc::disconnected, "closed", "", 0, 0};
        Result<std::optional<ipc::Frame>> taken = reader_.take();
        if (!taken) co_return taken.error();
        if (*taken) {
            if (std::exchange(watching_, false)) read_timer_.cancel();
            if (++frames_in_a_row_ >= kFramesInARow) {
                frames_in_a_row_ = 0;
                co_await asio::post(socket_.get_executor(), asio::use_awaitable);
            }
            co_return std::move(**taken);
        }
        if (stalled_)
            co_return Error{
                Errc::timed_out,
                "a frame did not end within " + std::to_string(limits_.stall.count()) + " ms",
                "send frames whole", 0, 0};
        // Waits before it reads: after a frame there is hardly ever more, and to ask in vain costs
        // a system call a message. The wait ends at once where something came meanwhile.
        frames_in_a_row_ = 0;
        watch_frame();
        const auto [fault] = co_await socket_.async_wait(UnixSocket::wait_read, use_tuple);
        if (fault && !closed_) co_return io_error("waiting for a frame", fault.value());
        if (closed_ || stalled_) continue;
        const Result<ipc::ReadStatus> status =
            ipc::receive(socket_.native_handle(), reader_, ipc::Wait::no);
        if (!status) co_return status.error();
        if (!account())
            co_return Error{Errc::busy,
                            "the connections of this user hold " + std::to_string(user_->bytes) +
                                " bytes of frames that have not ended and of answers that are not "
                                "read; " +
                                std::to_string(limits_.user_bytes) + " are allowed",
                            "send frames whole, and read the answers", 0, 1000};
        if (*status == ipc::ReadStatus::closed) {
            if (reader_.mid_frame())
                co_return Error{Errc::protocol, "the connection ended inside a frame", "", 0, 0};
            co_return Error{Errc::disconnected, "the peer has gone", "", 0, 0};
        }
    }
}

void Connection::watch_frame() {
    if (!reader_.mid_frame() || std::exchange(watching_, true)) return;
    read_timer_.expires_after(limits_.stall);
    read_timer_.async_wait([weak = weak_from_this()](boost::system::error_code fault) {
        const auto self = weak.lock();
        // The frame may have ended, and another begun, after this was on its way.
        if (fault || !self || !self->watching_) return;
        if (self->read_timer_.expiry() > std::chrono::steady_clock::now()) return;
        self->stalled_ = true;
        // Wakes next(); answers still go out.
        boost::system::error_code ignored;
        self->socket_.shutdown(UnixSocket::shutdown_receive, ignored);
    });
}

void Connection::send(ipc::Bytes frame, int descriptor) {
    if (closed_ || closing_) return;
    Outgoing item{std::move(frame), 0, ipc::UniqueFd()};
    if (outbox_.empty() && holders_ == 0) {
        const Result<std::size_t> sent =
            ipc::send(socket_.native_handle(), item.bytes, descriptor, ipc::Wait::no);
        if (!sent)
            return close_because(sent.error().code == Errc::disconnected ? ""
                                                                         : sent.error().message);
        item.sent = *sent;
        if (item.sent == item.bytes.size()) return;
    }
    if (descriptor >= 0 && item.sent == 0) {
        item.descriptor.reset(::fcntl(descriptor, F_DUPFD_CLOEXEC, 0));
        if (!item.descriptor) return close_because("no descriptor is free");
    }
    enqueue(std::move(item));
    if (!account()) return close_because("too many answers to its user are not read");
    if (outbox_bytes_ > limits_.outbox_bytes) return close_because("its answers are not read");
    if (holders_ == 0) wait_to_write();
}

// Behind what waits, and in one piece with it where neither has a descriptor.
void Connection::enqueue(Outgoing item) {
    outbox_bytes_ += item.bytes.size() - item.sent;
    const bool joins = !outbox_.empty() && !item.descriptor && item.sent == 0 &&
                       outbox_.back().bytes.size() < kJoinedBytes;
    if (!joins) return outbox_.push_back(std::move(item));
    ipc::Bytes& last = outbox_.back().bytes;
    last.insert(last.end(), item.bytes.begin(), item.bytes.end());
}

void Connection::release() {
    if (--holders_ == 0 && !outbox_.empty() && !writing_ && !closed_) flush();
}

void Connection::wait_to_write() {
    if (std::exchange(writing_, true)) return;
    const auto self = shared_from_this();
    write_timer_.expires_after(limits_.stall);
    write_timer_.async_wait([weak = weak_from_this()](boost::system::error_code fault) {
        if (const auto connection = weak.lock(); connection && !fault)
            connection->close_because("its answers are not read");
    });
    socket_.async_wait(UnixSocket::wait_write, [self](boost::system::error_code fault) {
        self->writing_ = false;
        self->write_timer_.cancel();
        if (self->closed_) return;
        if (fault) return self->close_because("waiting until it reads: " + fault.message());
        self->flush();
    });
}

void Connection::flush() {
    while (!outbox_.empty()) {
        Outgoing& item = outbox_.front();
        const Result<std::size_t> sent =
            ipc::send(socket_.native_handle(), std::span(item.bytes).subspan(item.sent),
                      item.descriptor.get(), ipc::Wait::no);
        if (!sent)
            return close_because(sent.error().code == Errc::disconnected ? ""
                                                                         : sent.error().message);
        if (*sent == 0) return wait_to_write();
        item.descriptor.reset();
        item.sent += *sent;
        outbox_bytes_ -= *sent;
        if (item.sent == item.bytes.size()) outbox_.pop_front();
        account();
    }
    if (closing_) close();
}

void Connection::close_when_sent() {
    closing_ = true;
    if (outbox_.empty()) close();
}

void Connection::close() {
    if (std::exchange(closed_, true)) return;
    outbox_.clear();
    outbox_bytes_ = 0;
    account();
    read_timer_.cancel();
    write_timer_.cancel();
    boost::system::error_code ignored;
    socket_.shutdown(UnixSocket::shutdown_both, ignored);
    socket_.cancel(ignored);
}

void Connection::close_because(std::string reason) {
    if (closed_) return;
    reason_ = std::move(reason);
    close();
}

}  // namespace samovar::daemon
