#include "ipc/os/foreign_fd.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>

namespace samovar::ipc {
namespace {

// Closes what it is given, one after the other. Its thread is started by the first descriptor,
// which no honest peer sends, and has no end: it may hang in close() for as long as the process
// lives.
class Closer {
  public:
    void take(UniqueFd fd) {
        const std::lock_guard lock(mutex_);
        waiting_.push_back(std::move(fd));
        if (!started_) std::thread([this] { run(); }).detach();
        started_ = true;
        changed_.notify_one();
    }

  private:
    void run() {
        while (true) {
            UniqueFd next;
            std::unique_lock lock(mutex_);
            changed_.wait(lock, [this] { return !waiting_.empty(); });
            next = std::move(waiting_.front());
            waiting_.pop_front();
            lock.unlock();
            next.reset();
        }
    }

    std::mutex mutex_;
    std::condition_variable changed_;
    std::deque<UniqueFd> waiting_;
    bool started_ = false;
};

Closer& closer() {
    static Closer* const forever = new Closer;  // its thread outlives every static object
    return *forever;
}

}  // namespace

bool is_memfd(int fd) noexcept {
    return ::fcntl(fd, F_GET_SEALS) >= 0;
}

bool is_pidfd(int fd) noexcept {
    // Signal 0 only asks. A folder of /proc is taken for its process, too, but cannot be waited
    // for.
    const bool process = ::syscall(SYS_pidfd_send_signal, fd, 0, nullptr, 0) == 0 ||
                         errno == EPERM || errno == ESRCH;
    struct stat status {};
    return process && ::fstat(fd, &status) == 0 && !S_ISDIR(status.st_mode);
}

UniqueFd exchange_for_stand_in(UniqueFd foreign) {
    closer().take(std::move(foreign));
    return UniqueFd(::open("/dev/null", O_PATH | O_CLOEXEC));
}

}  // namespace samovar::ipc
