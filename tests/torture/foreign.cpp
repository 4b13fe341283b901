#include "tests/torture/foreign.hpp"

#include <fcntl.h>
#include <linux/io_uring.h>
#include <linux/memfd.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/inotify.h>
#include <sys/mman.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <string>
#include <utility>

#include "ipc/os/segment.hpp"
#include "tests/support/descriptors.hpp"

namespace samovar::torture {
namespace {

using ipc::UniqueFd;

constexpr int kFixed = F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL;

UniqueFd held(long fd) {
    return UniqueFd(static_cast<int>(fd));
}
UniqueFd memfd(int seals, bool whole = true, std::uint64_t bytes = kOffered) {
    UniqueFd fd = held(::memfd_create("foreign", MFD_CLOEXEC | MFD_ALLOW_SEALING));
    const auto size = static_cast<off_t>(bytes);
    const int made = whole ? ::fallocate(fd.get(), 0, 0, size) : ::ftruncate(fd.get(), size);
    if (made != 0 || (seals != 0 && ::fcntl(fd.get(), F_ADD_SEALS, seals) != 0)) fd.reset();
    return fd;
}
UniqueFd through_proc(const UniqueFd& fd, int flags) {
    return held(::open(("/proc/self/fd/" + std::to_string(fd.get())).c_str(), flags | O_CLOEXEC));
}

UniqueFd pipe_end(int which) {
    int ends[2];
    if (::pipe2(ends, O_CLOEXEC) != 0) return {};
    const UniqueFd other(ends[1 - which]);
    return UniqueFd(ends[which]);
}
UniqueFd watching_epoll() {
    UniqueFd epoll = held(::epoll_create1(EPOLL_CLOEXEC)), other = held(::eventfd(0, EFD_CLOEXEC));
    epoll_event event{};
    ::epoll_ctl(epoll.get(), EPOLL_CTL_ADD, other.get(), &event);
    return epoll;
}
UniqueFd ring() {
    io_uring_params parameters{};
    return held(::syscall(SYS_io_uring_setup, 4, &parameters));
}
UniqueFd signal_queue() {
    sigset_t none;
    ::sigemptyset(&none);
    return held(::signalfd(-1, &none, SFD_CLOEXEC));
}
// A socket with itself in its queue, which only the kernel's collector frees.
UniqueFd holds_itself() {
    tests::SocketPair pair;
    const std::byte byte{};
    tests::send_descriptors(pair.here.get(), {&byte, 1}, {pair.there.get(), pair.here.get()});
    return std::move(pair.there);
}

constexpr std::array kForeign{
    Foreign{"the end of a pipe to read", [] { return pipe_end(0); }},
    Foreign{"the end of a pipe to write", [] { return pipe_end(1); }},
    Foreign{"a folder", [] { return held(::open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC)); }},
    Foreign{"/dev/zero", [] { return held(::open("/dev/zero", O_RDWR | O_CLOEXEC)); }},
    Foreign{"a file", [] { return held(::open("/proc/self/exe", O_RDONLY | O_CLOEXEC)); }},
    Foreign{"a path", [] { return held(::open("/", O_PATH | O_CLOEXEC)); }},
    Foreign{"a memfd without seals", [] { return memfd(0); }},
    Foreign{"a memfd that can grow", [] { return memfd(F_SEAL_SHRINK | F_SEAL_SEAL); }},
    Foreign{"a memfd that can shrink", [] { return memfd(F_SEAL_GROW | F_SEAL_SEAL); }},
    Foreign{"a memfd that can be sealed", [] { return memfd(F_SEAL_GROW | F_SEAL_SHRINK); }},
    Foreign{"a memfd sealed for reading", [] { return memfd(kFixed | F_SEAL_WRITE); }},
    Foreign{"a memfd sealed for writers to come",
            [] { return memfd(kFixed | F_SEAL_FUTURE_WRITE); }},
    Foreign{"a memfd of holes", [] { return memfd(kFixed, false); }},
    Foreign{"a memfd that is too large", [] { return memfd(kFixed, true, 2 * kOffered); }},
    Foreign{"a memfd that is too small", [] { return memfd(kFixed, true, kOffered / 2); }},
    Foreign{"a memfd to read", [] { return through_proc(memfd(kFixed), O_RDONLY); }},
    Foreign{"the path of a memfd", [] { return through_proc(memfd(kFixed), O_PATH); }},
    Foreign{"an event", [] { return held(::eventfd(0, EFD_CLOEXEC)); }},
    Foreign{"a timer", [] { return held(::timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC)); }},
    Foreign{"signals", signal_queue},
    Foreign{"an inotify", [] { return held(::inotify_init1(IN_CLOEXEC)); }},
    Foreign{"an epoll", watching_epoll},
    Foreign{"an io_uring", ring},
    Foreign{"a socket", [] { return std::move(tests::SocketPair().there); }},
    Foreign{"a socket that holds itself", holds_itself},
    Foreign{"a process", [] { return held(::syscall(SYS_pidfd_open, ::getpid(), 0)); }},
};

}  // namespace

std::span<const Foreign> foreign_descriptors() {
    return kForeign;
}

}  // namespace samovar::torture
