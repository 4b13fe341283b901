#pragma once
#include <algorithm>
#include <chrono>
#include <cstdint>

namespace samovar::worker {

// How many rows one inference may take, after memory has run out for more: half of what was too
// many, for a while. Then all are tried again, since what held the memory may have gone.
class WorkingRows {
  public:
    using Clock = std::chrono::steady_clock;
    static constexpr Clock::duration kRemembered = std::chrono::minutes(1);

    std::int64_t most(std::int64_t allowed, Clock::time_point now) const {
        return now < until_ ? std::min(allowed, most_) : allowed;
    }
    // Memory ran out for so many, of which there were two at least.
    void ran_out(std::int64_t rows, Clock::time_point now) {
        most_ = rows / 2;
        until_ = now + kRemembered;
    }

  private:
    std::int64_t most_ = 0;
    Clock::time_point until_{};
};

}  // namespace samovar::worker
