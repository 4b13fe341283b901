#pragma once
#include <algorithm>
#include <chrono>

namespace samovar::worker {

// When the latency of one shape has settled: there were enough runs for LibTorch to compile what it
// compiles, and the last was not a fifth faster than the best before it. Bounded in runs, and
// beyond the runs that are needed, in time.
class Settling {
  public:
    using Duration = std::chrono::nanoseconds;
    static constexpr int kMostRuns = 12;
    static constexpr Duration kLongest = std::chrono::seconds(2);

    // `needed`: runs without which there is something left to compile.
    explicit Settling(int needed) : needed_(std::min(needed, kMostRuns)) {}

    void ran(Duration took) {
        improved_ = runs_ == 0 || took < best_ / 5 * 4;
        best_ = runs_ == 0 ? took : std::min(best_, took);
        spent_ += took;
        ++runs_;
    }
    bool done() const {
        if (runs_ < needed_) return false;
        return !improved_ || runs_ >= kMostRuns || spent_ >= kLongest;
    }
    int runs() const { return runs_; }

  private:
    int needed_, runs_ = 0;
    bool improved_ = true;
    Duration best_{}, spent_{};
};

}  // namespace samovar::worker
