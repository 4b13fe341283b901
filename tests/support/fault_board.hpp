#pragma once
// Faults of the system's calls, and a wall clock that jumps: a test writes on a board, a small
// file, and fault_preload.cpp, loaded before libc into samovard and its worker, does what stands
// there. So a fault can be told before a process starts, and at any time after.

#include <array>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <iterator>
#include <string>
#include <vector>

namespace samovar::tests {

// In the place of an errno: the call does its work, and of the bytes asked for only the first.
inline constexpr int kShort = -1;

// Calls that can fail, and what the kernel may answer. A name is that of the function; "dup",
// "seal" and "lock" are of fcntl(2), "pidfd_open" is of syscall(2).
struct FailingCall {
    const char* name;
    std::array<int, 4> errors;  // zeros behind the last
};
inline constexpr FailingCall kFailingCalls[] = {
    {"socket", {EMFILE, ENFILE, ENOMEM}},
    {"socketpair", {EMFILE, ENFILE, ENOMEM}},
    {"bind", {ENOMEM, ENOSPC}},
    {"listen", {ENOMEM}},
    {"connect", {EINTR, ENOMEM}},
    {"accept", {EMFILE, ENFILE, ENOMEM, EINTR}},
    {"getsockopt", {ENOMEM}},
    {"pipe", {EMFILE, ENFILE}},
    {"epoll_create1", {EMFILE, ENFILE, ENOMEM}},
    {"eventfd", {EMFILE, ENFILE, ENOMEM}},
    {"timerfd_create", {EMFILE, ENFILE, ENOMEM}},
    {"epoll_ctl", {ENOMEM, ENOSPC}},
    {"epoll_wait", {EINTR}},
    {"poll", {EINTR, ENOMEM}},
    {"recvmsg", {ENOMEM, EINTR, kShort}},
    {"sendmsg", {ENOBUFS, ENOMEM, EINTR, kShort}},
    {"recv", {ENOMEM, EINTR, kShort}},
    {"send", {ENOBUFS, EINTR, kShort}},
    {"memfd_create", {EMFILE, ENFILE, ENOMEM}},
    {"fallocate", {ENOSPC, ENOMEM, EINTR}},
    {"dup", {EMFILE}},
    {"seal", {ENOMEM}},
    {"lock", {ENOLCK, EINTR}},
    {"flock", {ENOLCK, EINTR}},
    {"open", {EMFILE, ENFILE, ENOMEM, ENOSPC}},
    {"fopen", {EMFILE, ENFILE, ENOMEM, EINTR}},
    {"opendir", {EMFILE, ENFILE, ENOMEM}},
    {"stat", {ENOMEM}},
    {"fstat", {ENOMEM}},
    {"statfs", {ENOMEM}},
    {"read", {EINTR, ENOMEM, kShort}},
    {"pread", {EINTR, ENOMEM}},
    {"write", {ENOSPC, EINTR, kShort}},
    {"fdatasync", {ENOSPC, EIO, EINTR}},
    {"rename", {ENOSPC, ENOMEM}},
    {"mkdir", {ENOSPC, ENOMEM}},
    {"symlink", {ENOSPC, ENOMEM}},
    {"mmap", {ENOMEM}},
    {"madvise", {ENOMEM}},
    {"fork", {EAGAIN, ENOMEM}},
    {"pidfd_open", {EMFILE, ENFILE, ENOMEM}},
    {"waitid", {EINTR}},
    {"pthread_create", {EAGAIN}},
};
inline constexpr std::size_t kCallCount = std::size(kFailingCalls);
// The number of a call; one that is not in the table does not compile.
consteval std::uint32_t call_number(const char* name) {
    for (std::uint32_t i = 0; i < kCallCount; ++i)
        if (std::char_traits<char>::compare(kFailingCalls[i].name, name,
                                            std::char_traits<char>::length(name) + 1) == 0)
            return i;
    throw "no such call";
}

// A fault: the call fails with `error` (or is short) after it succeeded `after` times, and so does
// each that follows until it has failed `times` times.
struct CallFault {
    std::uint32_t call = 0;
    int error = 0;
    std::int64_t after = 0;
    std::int64_t times = 1;
};
std::string describe(const CallFault& fault);

// The faults of one program, and how often it called what.
struct ProgramFaults {
    std::atomic<std::uint32_t> armed{0};  // the number of the call, from one
    std::atomic<int> error{0};
    std::atomic<std::int64_t> left{0};  // calls before the first that fails; below: those that did
    std::atomic<std::int64_t> times{0};
    std::atomic<std::uint64_t> struck{0};
    std::array<std::atomic<std::uint64_t>, kCallCount> calls{};
};
struct BoardMemory {
    ProgramFaults daemon, worker;
    std::atomic<std::int64_t> wall_ahead_ns{0};  // of what the kernel takes for the time of day
};

// A board in a file of its own.
class FaultBoard {
  public:
    explicit FaultBoard(const std::filesystem::path& folder);
    ~FaultBoard();
    FaultBoard(const FaultBoard&) = delete;
    FaultBoard& operator=(const FaultBoard&) = delete;

    // What a daemon's environment must hold so that it and its workers obey.
    std::vector<std::string> environment() const;

    ProgramFaults& daemon() { return memory_->daemon; }
    ProgramFaults& worker() { return memory_->worker; }
    static void arm(ProgramFaults& program, const CallFault& fault);
    // Nothing fails from now on; what was counted stays.
    void disarm();
    void set_wall_ahead(std::chrono::nanoseconds ahead) { memory_->wall_ahead_ns = ahead.count(); }

  private:
    std::filesystem::path path_;
    BoardMemory* memory_;
};

}  // namespace samovar::tests
