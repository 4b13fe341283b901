#pragma once
#include <cstdint>
#include <vector>

#include "scheduler/types.hpp"

namespace samovar::scheduler {

// What Latencies has counted, as it is written down: the steps that have any, and how many.
struct LatencyCounts {
    std::vector<std::uint8_t> steps;
    std::vector<std::uint32_t> counts;
    Duration least{}, most{}, total{};
};

// How long calls took, in fixed memory: counts on a scale of 8 steps an octave, from a microsecond
// to more than an hour. Takes 1 kB once it has seen a call, nothing before.
class Latencies {
  public:
    void add(Duration time);
    std::uint64_t count() const noexcept { return count_; }
    // The time that this share of the calls (above 0, up to 1) did not exceed, within 5 percent;
    // 0 where there are none.
    Duration quantile(double share) const;
    // 0 where there are none.
    Duration mean() const;

    LatencyCounts counts() const;
    static Latencies of(const LatencyCounts& counts);

  private:
    std::vector<std::uint32_t> steps_;
    std::uint64_t count_ = 0;
    Duration least_{}, most_{}, total_{};
};

}  // namespace samovar::scheduler
