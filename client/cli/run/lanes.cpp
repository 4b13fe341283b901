#include "client/cli/run/lanes.hpp"

#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <exception>
#include <new>
#include <system_error>

namespace samovar::cli {

Lanes::Lanes(std::size_t jobs, std::size_t width, Work work)
    : jobs_(jobs),
      work_(std::move(work)),
      wake_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)),
      running_(width) {
    if (!wake_) throw std::system_error(errno, std::generic_category(), "eventfd");
    for (std::size_t i = 0; i < width; ++i)
        threads_.emplace_back([this] { run(); });
}

Lanes::~Lanes() {
    stop();
    for (std::thread& thread : threads_)
        thread.join();
}

void Lanes::run() {
    while (!stop_.stop_requested()) {
        const std::size_t job = next_.fetch_add(1);
        if (job >= jobs_) break;
        JobReport report;
        try {
            report = work_(job, stop_.get_token());
        } catch (const std::bad_alloc&) {
            report.error = Error{Errc::out_of_memory, "the memory does not suffice", "", 0, 0};
        }
        const bool no_use = report.error && holds_for_all(*report.error);
        {
            const std::scoped_lock lock(mutex_);
            finished_.emplace_back(job, std::move(report));
        }
        // Nobody is there to ask: the others would wait in vain, one after the other.
        if (no_use) stop();
        wake();
    }
    --running_;
    wake();
}

void Lanes::wake() const {
    [[maybe_unused]] const int woken = ::eventfd_write(wake_.get(), 1);
}

// In this order: who ends after over() was read wakes the eventfd after it was emptied, and who
// ended before it had put down all that it finished.
Lanes::Taken Lanes::take() {
    eventfd_t count = 0;
    [[maybe_unused]] const int read = ::eventfd_read(wake_.get(), &count);
    Taken taken;
    taken.over = over();
    const std::scoped_lock lock(mutex_);
    taken.finished = std::exchange(finished_, {});
    return taken;
}

void Lanes::stop() {
    stop_.request_stop();
}

std::size_t lanes_for(std::size_t jobs, std::size_t cores) noexcept {
    return std::min(jobs, std::clamp<std::size_t>(cores + 1, 3, 16));
}

}  // namespace samovar::cli
