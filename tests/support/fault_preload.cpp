// Loaded before libc into samovard and its workers: makes the calls fail that a board tells of (see
// fault_board.hpp), and sets the wall's clock ahead. Whoever has no board is not touched.

#include <dirent.h>
#include <dlfcn.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/timerfd.h>
#include <sys/vfs.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdarg>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <string_view>

#include "tests/support/fault_board.hpp"

namespace {

using namespace samovar::tests;

BoardMemory* board = nullptr;
ProgramFaults* mine = nullptr;  // null: another program that inherited the environment

std::string_view own_name(char* room, std::size_t size) {
    const ssize_t length = ::readlink("/proc/self/exe", room, size);
    const std::string_view path(room, length > 0 ? static_cast<std::size_t>(length) : 0);
    return path.substr(path.rfind('/') + 1);
}

// By system calls alone: the functions of libc are those below.
__attribute__((constructor)) void find_board() {
    const char* const path = std::getenv("SAMOVAR_FAULT_BOARD");
    if (!path) return;
    const long file = ::syscall(SYS_openat, AT_FDCWD, path, O_RDWR | O_CLOEXEC, 0);
    if (file < 0) return;
    const long place = ::syscall(SYS_mmap, nullptr, sizeof(BoardMemory), PROT_READ | PROT_WRITE,
                                 MAP_SHARED, file, 0);
    ::syscall(SYS_close, file);
    if (place < 0 && place > -4096) return;
    board = reinterpret_cast<BoardMemory*>(place);
    char room[4096];
    const std::string_view name = own_name(room, sizeof room);
    if (name == "samovard") mine = &board->daemon;
    if (name == "samovar-worker") mine = &board->worker;
}

// 0 where the call may do its work, kShort, or the errno that it must give.
int fault_of(std::uint32_t call) {
    if (!mine) return 0;
    mine->calls[call].fetch_add(1, std::memory_order_relaxed);
    if (mine->armed != call + 1) return 0;
    const std::int64_t left = mine->left.fetch_sub(1);
    if (left > 0 || left <= -mine->times) return 0;
    mine->struck.fetch_add(1);
    return mine->error;
}
// Whether the call fails; errno is set then.
bool fails(std::uint32_t call) {
    const int fault = fault_of(call);
    if (fault <= 0) return false;
    errno = fault;
    return true;
}
// The same for a call of so many bytes, which may become fewer. What has eight at most is an event,
// a signal or a timer: there is no less of it, and it cannot fail.
bool fails(std::uint32_t call, std::size_t& bytes) {
    if (bytes <= sizeof(std::uint64_t)) return false;
    const int fault = fault_of(call);
    if (fault == kShort) bytes = 1;
    if (fault <= 0) return false;
    errno = fault;
    return true;
}

// The same message with no more than the first byte of it.
struct ShortMessage {
    explicit ShortMessage(const msghdr& whole) : message(whole) {
        if (whole.msg_iovlen == 0 || whole.msg_iov[0].iov_len == 0) return;
        first = whole.msg_iov[0];
        first.iov_len = 1;
        message.msg_iov = &first;
        message.msg_iovlen = 1;
    }
    iovec first{};
    msghdr message;
};

}  // namespace

#define CALL(name) call_number(#name)
// The function that this one stands before.
#define REAL(name) \
    static auto* const real = reinterpret_cast<decltype(&::name)>(::dlsym(RTLD_NEXT, #name))
// A function that gives -1 or `bad` where it fails, and may not throw.
#define FAILING_AS(bad, call, type, name, parameters, arguments) \
    type name parameters noexcept {                              \
        REAL(name);                                              \
        return fails(CALL(call)) ? (bad) : real arguments;       \
    }
#define FAILING(call, type, name, parameters, arguments) \
    FAILING_AS(-1, call, type, name, parameters, arguments)
// The same for one at which a thread can be cancelled, which libc declares without noexcept.
#define FAILING_POINT(call, type, name, parameters, arguments) \
    type name parameters {                                     \
        REAL(name);                                            \
        return fails(CALL(call)) ? -1 : real arguments;        \
    }

extern "C" {

#pragma GCC visibility push(default)

// ---- Sockets ------------------------------------------------------------------------------------

FAILING(socket, int, socket, (int domain, int type, int protocol), (domain, type, protocol))
FAILING(socketpair, int, socketpair, (int domain, int type, int protocol, int fds[2]),
        (domain, type, protocol, fds))
FAILING(bind, int, bind, (int fd, const sockaddr* address, socklen_t size), (fd, address, size))
FAILING(listen, int, listen, (int fd, int backlog), (fd, backlog))
FAILING_POINT(connect, int, connect, (int fd, const sockaddr* address, socklen_t size),
              (fd, address, size))
FAILING_POINT(accept, int, accept, (int fd, sockaddr* address, socklen_t* size),
              (fd, address, size))
FAILING_POINT(accept, int, accept4, (int fd, sockaddr* address, socklen_t* size, int flags),
              (fd, address, size, flags))
FAILING(getsockopt, int, getsockopt, (int fd, int level, int option, void* value, socklen_t* size),
        (fd, level, option, value, size))

ssize_t recvmsg(int fd, msghdr* message, int flags) {
    REAL(recvmsg);
    const int fault = fault_of(CALL(recvmsg));
    if (fault == 0) return real(fd, message, flags);
    if (fault != kShort) return errno = fault, -1;
    ShortMessage less(*message);
    const ssize_t count = real(fd, &less.message, flags);
    message->msg_controllen = less.message.msg_controllen;
    message->msg_flags = less.message.msg_flags;
    return count;
}
ssize_t sendmsg(int fd, const msghdr* message, int flags) {
    REAL(sendmsg);
    const int fault = fault_of(CALL(sendmsg));
    if (fault == 0) return real(fd, message, flags);
    if (fault != kShort) return errno = fault, -1;
    const ShortMessage less(*message);
    return real(fd, &less.message, flags);
}
ssize_t recv(int fd, void* bytes, std::size_t count, int flags) {
    REAL(recv);
    return fails(CALL(recv), count) ? -1 : real(fd, bytes, count, flags);
}
ssize_t send(int fd, const void* bytes, std::size_t count, int flags) {
    REAL(send);
    return fails(CALL(send), count) ? -1 : real(fd, bytes, count, flags);
}

// ---- Waiting ------------------------------------------------------------------------------------

FAILING(pipe, int, pipe, (int fds[2]), (fds))
FAILING(pipe, int, pipe2, (int fds[2], int flags), (fds, flags))
FAILING(epoll_create1, int, epoll_create1, (int flags), (flags))
FAILING(eventfd, int, eventfd, (unsigned count, int flags), (count, flags))
FAILING(timerfd_create, int, timerfd_create, (clockid_t clock, int flags), (clock, flags))
FAILING(epoll_ctl, int, epoll_ctl, (int epoll, int operation, int fd, epoll_event* event),
        (epoll, operation, fd, event))
FAILING_POINT(epoll_wait, int, epoll_wait, (int epoll, epoll_event* events, int most, int timeout),
              (epoll, events, most, timeout))
FAILING_POINT(poll, int, poll, (pollfd * fds, nfds_t count, int timeout), (fds, count, timeout))

// ---- Memory and descriptors ---------------------------------------------------------------------

FAILING(memfd_create, int, memfd_create, (const char* name, unsigned flags), (name, flags))
FAILING_POINT(fallocate, int, fallocate, (int fd, int mode, off_t offset, off_t length),
              (fd, mode, offset, length))
FAILING_POINT(fallocate, int, fallocate64, (int fd, int mode, off64_t offset, off64_t length),
              (fd, mode, offset, length))
FAILING_AS(MAP_FAILED, mmap, void*, mmap,
           (void* place, std::size_t bytes, int protection, int flags, int fd, off_t offset),
           (place, bytes, protection, flags, fd, offset))
FAILING_AS(MAP_FAILED, mmap, void*, mmap64,
           (void* place, std::size_t bytes, int protection, int flags, int fd, off64_t offset),
           (place, bytes, protection, flags, fd, offset))
FAILING(madvise, int, madvise, (void* place, std::size_t bytes, int advice), (place, bytes, advice))

static bool fcntl_fails(int command) {
    switch (command) {
        case F_DUPFD:
        case F_DUPFD_CLOEXEC: return fails(CALL(dup));
        case F_ADD_SEALS: return fails(CALL(seal));
        case F_OFD_SETLK:
        case F_OFD_SETLKW: return fails(CALL(lock));
        default: return false;
    }
}
int fcntl(int fd, int command, ...) {
    REAL(fcntl);
    std::va_list arguments;
    va_start(arguments, command);
    void* const argument = va_arg(arguments, void*);
    va_end(arguments);
    return fcntl_fails(command) ? -1 : real(fd, command, argument);
}
int fcntl64(int fd, int command, ...) {
    REAL(fcntl64);
    std::va_list arguments;
    va_start(arguments, command);
    void* const argument = va_arg(arguments, void*);
    va_end(arguments);
    return fcntl_fails(command) ? -1 : real(fd, command, argument);
}

// ---- Files --------------------------------------------------------------------------------------

int open(const char* path, int flags, ...) {
    REAL(open);
    std::va_list arguments;
    va_start(arguments, flags);
    const mode_t mode = va_arg(arguments, mode_t);
    va_end(arguments);
    return fails(CALL(open)) ? -1 : real(path, flags, mode);
}
int open64(const char* path, int flags, ...) {
    REAL(open64);
    std::va_list arguments;
    va_start(arguments, flags);
    const mode_t mode = va_arg(arguments, mode_t);
    va_end(arguments);
    return fails(CALL(open)) ? -1 : real(path, flags, mode);
}
int openat(int folder, const char* path, int flags, ...) {
    REAL(openat);
    std::va_list arguments;
    va_start(arguments, flags);
    const mode_t mode = va_arg(arguments, mode_t);
    va_end(arguments);
    return fails(CALL(open)) ? -1 : real(folder, path, flags, mode);
}
int openat64(int folder, const char* path, int flags, ...) {
    REAL(openat64);
    std::va_list arguments;
    va_start(arguments, flags);
    const mode_t mode = va_arg(arguments, mode_t);
    va_end(arguments);
    return fails(CALL(open)) ? -1 : real(folder, path, flags, mode);
}
FILE* fopen(const char* path, const char* mode) {
    REAL(fopen);
    return fails(CALL(fopen)) ? nullptr : real(path, mode);
}
FILE* fopen64(const char* path, const char* mode) {
    REAL(fopen64);
    return fails(CALL(fopen)) ? nullptr : real(path, mode);
}
DIR* opendir(const char* path) {
    REAL(opendir);
    return fails(CALL(opendir)) ? nullptr : real(path);
}
FAILING(stat, int, stat, (const char* path, struct stat* facts), (path, facts))
FAILING(stat, int, stat64, (const char* path, struct stat64* facts), (path, facts))
FAILING(stat, int, lstat, (const char* path, struct stat* facts), (path, facts))
FAILING(stat, int, lstat64, (const char* path, struct stat64* facts), (path, facts))
FAILING(stat, int, fstatat, (int folder, const char* path, struct stat* facts, int flags),
        (folder, path, facts, flags))
FAILING(stat, int, fstatat64, (int folder, const char* path, struct stat64* facts, int flags),
        (folder, path, facts, flags))
FAILING(fstat, int, fstat, (int fd, struct stat* facts), (fd, facts))
FAILING(fstat, int, fstat64, (int fd, struct stat64* facts), (fd, facts))
FAILING(statfs, int, fstatfs, (int fd, struct statfs* facts), (fd, facts))
FAILING(statfs, int, fstatfs64, (int fd, struct statfs64* facts), (fd, facts))
FAILING(flock, int, flock, (int fd, int operation), (fd, operation))
FAILING_POINT(fdatasync, int, fdatasync, (int fd), (fd))
FAILING(rename, int, rename, (const char* from, const char* to), (from, to))
FAILING(mkdir, int, mkdir, (const char* path, mode_t mode), (path, mode))
FAILING(symlink, int, symlink, (const char* target, const char* path), (target, path))

ssize_t read(int fd, void* bytes, std::size_t count) {
    REAL(read);
    return fails(CALL(read), count) ? -1 : real(fd, bytes, count);
}
ssize_t write(int fd, const void* bytes, std::size_t count) {
    REAL(write);
    return fails(CALL(write), count) ? -1 : real(fd, bytes, count);
}
FAILING_POINT(pread, ssize_t, pread, (int fd, void* bytes, std::size_t count, off_t at),
              (fd, bytes, count, at))
FAILING_POINT(pread, ssize_t, pread64, (int fd, void* bytes, std::size_t count, off64_t at),
              (fd, bytes, count, at))

// ---- Processes and threads ----------------------------------------------------------------------

FAILING(fork, pid_t, fork, (), ())
int pthread_create(pthread_t* thread, const pthread_attr_t* attributes, void* (*start)(void*),
                   void* argument) noexcept {
    REAL(pthread_create);
    if (const int fault = fault_of(CALL(pthread_create))) return fault;
    return real(thread, attributes, start, argument);
}
FAILING_POINT(waitid, int, waitid, (idtype_t kind, id_t id, siginfo_t* info, int options),
              (kind, id, info, options))
long syscall(long number, ...) noexcept {
    REAL(syscall);
    std::va_list list;
    va_start(list, number);
    long arguments[6];
    for (long& argument : arguments)
        argument = va_arg(list, long);
    va_end(list);
    if (number == SYS_pidfd_open && fails(CALL(pidfd_open))) return -1;
    return real(number, arguments[0], arguments[1], arguments[2], arguments[3], arguments[4],
                arguments[5]);
}

// ---- The wall's clock ---------------------------------------------------------------------------

int clock_gettime(clockid_t clock, timespec* time) noexcept {
    REAL(clock_gettime);
    const int status = real(clock, time);
    if (status != 0 || !mine || clock != CLOCK_REALTIME) return status;
    constexpr std::int64_t kSecond = 1'000'000'000;
    const std::int64_t now = time->tv_sec * kSecond + time->tv_nsec + board->wall_ahead_ns;
    time->tv_sec = now / kSecond;
    time->tv_nsec = now % kSecond;
    return 0;
}
std::time_t time(std::time_t* into) noexcept {
    timespec now{};
    clock_gettime(CLOCK_REALTIME, &now);
    if (into) *into = now.tv_sec;
    return now.tv_sec;
}

#pragma GCC visibility pop

}  // extern "C"
