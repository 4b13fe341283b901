#pragma once
// A few threads that take jobs in order: while one waits for the daemon, others decode and encode.

#include <atomic>
#include <functional>
#include <mutex>
#include <stop_token>
#include <thread>
#include <utility>
#include <vector>

#include "client/cli/run/report.hpp"
#include "ipc/os/unique_fd.hpp"

namespace samovar::cli {

class Lanes {
  public:
    using Work = std::function<JobReport(std::size_t job, const std::stop_token& stop)>;
    using Finished = std::vector<std::pair<std::size_t, JobReport>>;
    struct Taken {
        Finished finished;
        bool over = false;  // all threads had ended: nothing comes any more, and fd() stays quiet
    };

    // Begins at once: `work` for each number below `jobs`, on `width` threads. A job that finds no
    // daemon, or one that shuts down, stops them all.
    Lanes(std::size_t jobs, std::size_t width, Work work);
    // Stops, and waits for the threads.
    ~Lanes();
    Lanes(const Lanes&) = delete;
    Lanes& operator=(const Lanes&) = delete;

    // Readable when take() has something, and when the last thread has ended.
    int fd() const noexcept { return wake_.get(); }
    // What was finished since the last call. Where it is not over, fd() becomes readable again.
    Taken take();
    // No more jobs are begun, and those that have not been submitted end.
    void stop();
    // All threads have ended. Not for deciding whether to wait on fd(): take() says that.
    bool over() const noexcept { return running_ == 0; }

  private:
    void run();
    void wake() const;

    const std::size_t jobs_;
    const Work work_;
    ipc::UniqueFd wake_;  // an eventfd
    std::stop_source stop_;
    std::atomic<std::size_t> next_{0}, running_;
    std::mutex mutex_;
    Finished finished_;
    std::vector<std::thread> threads_;
};

// How many lanes: one decodes, one encodes and one waits, and more where there are cores for them.
std::size_t lanes_for(std::size_t jobs, std::size_t cores) noexcept;

}  // namespace samovar::cli
