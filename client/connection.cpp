#include "client/connection.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/time.h>

#include <algorithm>
#include <cerrno>

namespace samovar::client {
namespace {

Error closed_by_daemon() {
    return {Errc::disconnected, "samovard closed the connection",
            "see its log for why; the next call connects again", 0, 0};
}

Error no_answer() {
    return {Errc::timed_out, "samovard does not answer", "see whether it is stopped or overloaded",
            0, 0};
}

// Whether one of `events` came before the deadline. Errors and hang-ups count as events: the read
// or write that follows says what they are.
bool await(int fd, short events, std::chrono::milliseconds timeout) {
    pollfd watched{fd, events, 0};
    const auto limited = std::min(timeout, std::chrono::milliseconds(3'600'000));
    return ::poll(&watched, 1, static_cast<int>(limited.count())) > 0;
}

}  // namespace

// ---- Handshake ----------------------------------------------------------------------------------

Result<std::unique_ptr<Connection>> Connection::greet(ipc::UniqueFd socket, const std::string& name,
                                                      Deadline deadline) {
    std::unique_ptr<Connection> connection(new Connection(std::move(socket)));
    const Result<ipc::Frame> frame = connection->wait_for_frame(deadline);
    if (!frame) return frame.error();
    if (Result<void> greeting = connection->take_greeting(*frame); !greeting)
        return greeting.error();
    if (Result<void> hello = connection->say_hello(name, deadline); !hello) return hello.error();
    if (Result<void> blocking = connection->make_blocking(); !blocking) return blocking.error();
    return connection;
}

Result<void> Connection::take_greeting(const ipc::Frame& frame) {
    if (frame.header.type == ipc::MessageType::error) {
        const auto reply = ipc::decode<ipc::ErrorReply>(frame.body);
        return reply ? reply->error : reply.error();
    }
    const auto greeting = ipc::decode<ipc::Greeting>(frame.body);
    if (frame.header.type != ipc::MessageType::greeting || !greeting)
        return Error{Errc::protocol, "what listens there does not greet as samovard does",
                     "give samovard's socket with --socket or SAMOVAR_SOCKET", 0, 0};
    if (greeting->newest_version < ipc::kOldestVersion ||
        greeting->oldest_version > ipc::kNewestVersion)
        return Error{Errc::version,
                     greeting->daemon + " speaks protocol versions " +
                         std::to_string(greeting->oldest_version) + " to " +
                         std::to_string(greeting->newest_version) + ", this library " +
                         std::to_string(ipc::kOldestVersion) + " to " +
                         std::to_string(ipc::kNewestVersion),
                     "install libsamovar and samovard of one release", 0, 0};
    limits_ = greeting->limits;
    daemon_.name = greeting->daemon;
    daemon_.version = std::min(ipc::kNewestVersion, greeting->newest_version);
    daemon_.may_submit = (greeting->roles & ipc::kRoleSubmit) != 0;
    daemon_.may_administer = (greeting->roles & ipc::kRoleAdmin) != 0;
    daemon_.channel_bytes = std::min(limits_.channel_bytes, limits_.user_channel_bytes);
    daemon_.jobs = limits_.session_jobs;
    return {};
}

Result<void> Connection::say_hello(const std::string& name, Deadline deadline) {
    const ipc::Hello hello{daemon_.version, name.substr(0, kMaxNameBytes)};
    const Result<ipc::Bytes> frame = ipc::encode(hello, 0);
    if (!frame) return frame.error();
    return send_whole(*frame, -1, deadline);
}

// From here on a read blocks in recvmsg for a slice: one system call a round, where poll and
// recvmsg are two. What is sent asks not to wait each time.
Result<void> Connection::make_blocking() {
    const timeval slice{0, std::chrono::microseconds(kSlice).count()};
    if (::fcntl(fd(), F_SETFL, 0) < 0 ||
        ::setsockopt(fd(), SOL_SOCKET, SO_RCVTIMEO, &slice, sizeof slice) < 0)
        return io_error("setting up the connection", errno);
    return {};
}

Result<void> Connection::send_whole(std::span<const std::byte> frame, int descriptor,
                                    Deadline deadline) {
    while (!frame.empty()) {
        const Result<std::size_t> sent = ipc::send(fd(), frame, descriptor, ipc::Wait::no);
        if (!sent) return sent.error();
        if (*sent > 0) descriptor = -1;
        frame = frame.subspan(*sent);
        if (!frame.empty() && !await(fd(), POLLOUT, deadline.remaining())) return no_answer();
    }
    return {};
}

Result<ipc::Frame> Connection::wait_for_frame(Deadline deadline) {
    while (true) {
        Result<std::optional<ipc::Frame>> frame = next();
        if (!frame) return frame.error();
        if (*frame) return std::move(**frame);
        if (!await(fd(), POLLIN, deadline.remaining())) return no_answer();
        if (Result<bool> read = read_now(); !read) return read.error();
    }
}

// ---- Reading and sending ------------------------------------------------------------------------

Result<void> Connection::read(Deadline deadline, bool writing) {
    const auto remaining = deadline.remaining();
    if (!writing && remaining >= kSlice) {
        const Result<ipc::ReadStatus> status = ipc::receive(fd(), reader_, ipc::Wait::yes);
        if (!status) return status.error();
        if (*status == ipc::ReadStatus::closed) return closed_by_daemon();
        return {};
    }
    const short events = writing ? POLLIN | POLLOUT : POLLIN;
    if (!await(fd(), events, std::min(remaining, kSlice))) return {};
    const Result<bool> read = read_now();
    if (!read) return read.error();
    return {};
}

Result<bool> Connection::read_now() {
    const Result<ipc::ReadStatus> status = ipc::receive(fd(), reader_, ipc::Wait::no);
    if (!status) return status.error();
    if (*status == ipc::ReadStatus::closed) return closed_by_daemon();
    return *status == ipc::ReadStatus::data;
}

Result<void> Connection::send(std::span<const std::byte> frame) {
    std::size_t sent = 0;
    if (!has_unsent()) {
        const Result<std::size_t> count = ipc::send(fd(), frame, -1, ipc::Wait::no);
        if (!count) return count.error();
        sent = *count;
    }
    const auto rest = frame.subspan(sent);
    unsent_.erase(unsent_.begin(), unsent_.begin() + static_cast<std::ptrdiff_t>(sent_));
    sent_ = 0;
    unsent_.insert(unsent_.end(), rest.begin(), rest.end());
    return {};
}

Result<void> Connection::flush() {
    while (has_unsent()) {
        const Result<std::size_t> count =
            ipc::send(fd(), std::span(unsent_).subspan(sent_), -1, ipc::Wait::no);
        if (!count) return count.error();
        if (*count == 0) return {};
        sent_ += *count;
    }
    unsent_.clear();
    sent_ = 0;
    return {};
}

void Connection::shut() const noexcept {
    ::shutdown(fd(), SHUT_RDWR);
}

}  // namespace samovar::client
