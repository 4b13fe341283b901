#include "daemon/worker/process.hpp"

#include <fcntl.h>
#include <malloc.h>
#include <sched.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <fstream>
#include <limits>

#include "ipc/wire/worker_messages.hpp"

namespace samovar::worker {
namespace {

constexpr int kLoaderNice = 10;
// The largest that glibc takes from a heap of its own; what is larger is mapped, and unmapped when
// it is freed.
constexpr int kLargestFromHeap = 32 << 20;
constexpr int kHeapReserve = 64 << 20;  // of address space, not of memory

}  // namespace

void settle_process(const std::string& name) {
    const pid_t parent = getppid();
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    // The parent may have died before that; had it died before this function, its sockets would
    // be at their end, and the first read says so.
    if (getppid() != parent) _exit(1);

    prctl(PR_SET_NAME, ("worker " + name).substr(0, 15).c_str());
    for (int signal = 1; signal < NSIG; ++signal) {
        if (signal == SIGKILL || signal == SIGSTOP) continue;
        std::signal(signal, SIG_DFL);
    }
    for (const int signal : {SIGINT, SIGTERM, SIGHUP, SIGPIPE})
        std::signal(signal, SIG_IGN);
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, nullptr);
}

void keep_freed_memory() {
    ::mallopt(M_MMAP_THRESHOLD, kLargestFromHeap);
    ::mallopt(M_TRIM_THRESHOLD, std::numeric_limits<int>::max());
    ::mallopt(M_TOP_PAD, kHeapReserve);
}

void release_freed_memory() {
    ::malloc_trim(0);
}

Result<void> take_sockets() {
    for (const int fd : {ipc::kControlFd, ipc::kJobsFd}) {
        int type = 0;
        socklen_t size = sizeof type;
        if (::getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &size) != 0 || type != SOCK_STREAM)
            return Error{Errc::io, "descriptor " + std::to_string(fd) + " is no stream socket",
                         "samovar-worker is started by samovard", 0, 0};
        ::fcntl(fd, F_SETFD, FD_CLOEXEC);
        const int flags = ::fcntl(fd, F_GETFL);
        if (flags < 0 || ::fcntl(fd, F_SETFL, flags & ~O_NONBLOCK) != 0)
            return io_error("making a socket blocking", errno);
    }
    return {};
}

void lower_priority() {
    const sched_param none{};
    // Both are for this thread alone; that they may fail costs smoothness, not correctness.
    sched_setscheduler(0, SCHED_BATCH, &none);
    setpriority(PRIO_PROCESS, 0, kLoaderNice);
}

std::string place_of_library(std::string_view name) {
    std::ifstream maps("/proc/self/maps");
    for (std::string line; std::getline(maps, line);) {
        const std::size_t path = line.find('/'), at = line.rfind('/');
        if (path != line.npos && line.substr(at + 1).starts_with(name)) return line.substr(path);
    }
    return "";
}

}  // namespace samovar::worker
