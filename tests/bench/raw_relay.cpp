#include "tests/bench/raw_relay.hpp"

#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <system_error>

namespace samovar::bench {
namespace {

// False at end of file.
bool read_all(int fd, std::byte* bytes, std::size_t count) {
    while (count > 0) {
        const ssize_t got = ::read(fd, bytes, count);
        if (got < 0 && errno == EINTR) continue;
        if (got <= 0) return false;
        bytes += got;
        count -= static_cast<std::size_t>(got);
    }
    return true;
}

bool write_all(int fd, const std::byte* bytes, std::size_t count) {
    while (count > 0) {
        const ssize_t put = ::write(fd, bytes, count);
        if (put < 0 && errno == EINTR) continue;
        if (put <= 0) return false;
        bytes += put;
        count -= static_cast<std::size_t>(put);
    }
    return true;
}

std::vector<std::byte> buffer_for(const std::vector<Leg>& legs) {
    std::size_t largest = 0;
    for (const Leg& leg : legs)
        largest = std::max({largest, leg.request, leg.answer});
    return std::vector<std::byte>(largest);
}

// The life of a process in the row: `before` towards the client, `behind` away from it, or -1.
void serve(int before, const Leg& near, int behind, const Leg& far,
           std::vector<std::byte>& buffer) {
    while (read_all(before, buffer.data(), near.request)) {
        if (behind >= 0 && (!write_all(behind, buffer.data(), far.request) ||
                            !read_all(behind, buffer.data(), far.answer)))
            return;
        if (!write_all(before, buffer.data(), near.answer)) return;
    }
}

std::system_error fault(const char* what) {
    return {errno, std::generic_category(), what};
}

}  // namespace

RawChain::RawChain(const std::vector<Leg>& legs) : first_(legs.front()), buffer_(buffer_for(legs)) {
    std::vector<ipc::UniqueFd> before, behind;  // of each process, its side of the two sockets
    for (std::size_t i = 0; i < legs.size(); ++i) {
        int ends[2];
        if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0)
            throw fault("socketpair");
        behind.emplace_back(ends[0]);
        before.emplace_back(ends[1]);
    }
    socket_ = std::move(behind.front());
    behind.front().reset();
    for (std::size_t i = 0; i < legs.size(); ++i) {
        const pid_t child = ::fork();
        if (child < 0) throw fault("fork");
        if (child > 0) {
            processes_.push_back(child);
            continue;
        }
        ::prctl(PR_SET_PDEATHSIG, SIGKILL);
        const bool last = i + 1 == legs.size();
        const int in = before[i].release();
        const int out = last ? -1 : behind[i + 1].release();
        socket_.reset();
        before.clear();
        behind.clear();
        serve(in, legs[i], out, last ? Leg{} : legs[i + 1], buffer_);
        ::_exit(0);
    }
}

RawChain::~RawChain() {
    socket_.reset();
    for (const pid_t process : processes_)
        ::waitpid(process, nullptr, 0);
}

std::chrono::nanoseconds RawChain::round_trip() {
    const auto begun = std::chrono::steady_clock::now();
    if (!write_all(socket_.get(), buffer_.data(), first_.request) ||
        !read_all(socket_.get(), buffer_.data(), first_.answer))
        throw fault("the raw relay has gone");
    return std::chrono::steady_clock::now() - begun;
}

}  // namespace samovar::bench
