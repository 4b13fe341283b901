#pragma once
#include <ATen/Parallel.h>

#include <atomic>

namespace samovar::worker {

// How many threads an inference on the CPU takes, of one thread that runs them. A part of
// LibTorch's number lies with that thread (OpenMP's) and a part with the process (MKL's), so that
// whoever set it last has set it for all.
class ThreadCount {
  public:
    void use(int threads) {
        if (threads == own_ && threads == last_.load(std::memory_order_relaxed)) return;
        // The first question initialises a thread's number; it would undo a number set before.
        if (own_ == 0) at::get_num_threads();
        at::set_num_threads(threads);
        own_ = threads;
        last_.store(threads, std::memory_order_relaxed);
    }

  private:
    static inline std::atomic<int> last_{0};
    int own_ = 0;
};

}  // namespace samovar::worker
