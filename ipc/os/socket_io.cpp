#include "ipc/os/socket_io.hpp"

#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <cstring>

#include "ipc/os/foreign_fd.hpp"

namespace samovar::ipc {
namespace {

// Room for as many descriptors as the kernel lets one message carry (SCM_MAX_FD), so that a sender
// cannot make us lose track of any: all are received, and the surplus is closed.
constexpr std::size_t kScmMaxFd = 253;

void collect_descriptors(msghdr& message, FrameReader& reader) {
    for (cmsghdr* part = CMSG_FIRSTHDR(&message); part; part = CMSG_NXTHDR(&message, part)) {
        if (part->cmsg_level != SOL_SOCKET || part->cmsg_type != SCM_RIGHTS) continue;
        const std::size_t count = (part->cmsg_len - CMSG_LEN(0)) / sizeof(int);
        for (std::size_t i = 0; i < count; ++i) {
            int fd = -1;
            std::memcpy(&fd, CMSG_DATA(part) + i * sizeof(int), sizeof fd);
            UniqueFd received(fd);
            if (!is_memfd(fd) && !is_pidfd(fd))
                received = exchange_for_stand_in(std::move(received));
            reader.add_descriptor(std::move(received));
        }
    }
}

}  // namespace

Result<ReadStatus> receive(int socket, FrameReader& reader, Wait wait) {
    const std::span<std::byte> room = reader.writable();
    iovec vector{room.data(), room.size()};
    alignas(cmsghdr) std::array<char, CMSG_SPACE(kScmMaxFd * sizeof(int))> control;
    msghdr message{};
    message.msg_iov = &vector;
    message.msg_iovlen = 1;
    message.msg_control = control.data();
    message.msg_controllen = control.size();

    const int flags = MSG_CMSG_CLOEXEC | (wait == Wait::no ? MSG_DONTWAIT : 0);
    ssize_t count = 0;
    do {
        count = ::recvmsg(socket, &message, flags);
    } while (count < 0 && errno == EINTR);
    if (count < 0) {
        if (errno == EAGAIN || errno == EWOULDBLOCK) return ReadStatus::again;
        if (errno == ECONNRESET) return ReadStatus::closed;
        return io_error("receive", errno);
    }
    collect_descriptors(message, reader);
    if (message.msg_flags & MSG_CTRUNC)
        return Error{Errc::protocol,
                     "descriptors were lost: more than one message may carry, or none left to give",
                     "send one descriptor with a frame; raise the receiver's RLIMIT_NOFILE", 0, 0};
    if (count == 0) return ReadStatus::closed;
    reader.commit(static_cast<std::size_t>(count));
    return ReadStatus::data;
}

Result<std::size_t> send(int socket, std::span<const std::byte> bytes, int descriptor, Wait wait) {
    iovec vector{const_cast<std::byte*>(bytes.data()), bytes.size()};
    alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof(int))> control{};
    msghdr message{};
    message.msg_iov = &vector;
    message.msg_iovlen = 1;
    if (descriptor >= 0) {
        message.msg_control = control.data();
        message.msg_controllen = control.size();
        cmsghdr* part = CMSG_FIRSTHDR(&message);
        part->cmsg_level = SOL_SOCKET;
        part->cmsg_type = SCM_RIGHTS;
        part->cmsg_len = CMSG_LEN(sizeof(int));
        std::memcpy(CMSG_DATA(part), &descriptor, sizeof descriptor);
    }
    ssize_t count = 0;
    do {
        count = ::sendmsg(socket, &message, MSG_NOSIGNAL | (wait == Wait::no ? MSG_DONTWAIT : 0));
    } while (count < 0 && errno == EINTR);
    if (count >= 0) return static_cast<std::size_t>(count);
    if (errno == EAGAIN || errno == EWOULDBLOCK) return std::size_t{0};
    if (errno == EPIPE || errno == ECONNRESET)
        return Error{Errc::disconnected, "the other side has closed the connection", "", 0, 0};
    return io_error("send", errno);
}

Result<void> send_all(int socket, std::span<const std::byte> bytes, int descriptor) {
    while (!bytes.empty()) {
        const Result<std::size_t> sent = send(socket, bytes, descriptor, Wait::yes);
        if (!sent) return sent.error();
        if (*sent == 0) return Error{Errc::timed_out, "the other side does not read", "", 0, 0};
        descriptor = -1;
        bytes = bytes.subspan(*sent);
    }
    return {};
}

}  // namespace samovar::ipc
