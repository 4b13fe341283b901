#pragma once
#include <atomic>
#include <chrono>
#include <cstdint>

#include "ipc/wire/worker_messages.hpp"

namespace samovar::worker {

// What the compute thread is at, for the control thread to answer with.
class Activity {
  public:
    void begin(std::uint64_t job) noexcept {
        begun_ns_.store(now_ns(), std::memory_order_relaxed);
        job_.store(job, std::memory_order_release);
    }
    void end() noexcept { job_.store(0, std::memory_order_release); }

    void report(ipc::WorkerHealthReport& report) const noexcept {
        report.running_job = job_.load(std::memory_order_acquire);
        if (report.running_job != 0)
            report.running_ns = now_ns() - begun_ns_.load(std::memory_order_relaxed);
    }

  private:
    static std::uint64_t now_ns() noexcept {
        return static_cast<std::uint64_t>(std::chrono::steady_clock::now().time_since_epoch() /
                                          std::chrono::nanoseconds(1));
    }
    std::atomic<std::uint64_t> job_{0}, begun_ns_{0};
};

}  // namespace samovar::worker
