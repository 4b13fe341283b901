#pragma once
#include <algorithm>
#include <array>
#include <cstdint>

namespace samovar::daemon {

// How long something took, counted by bounds that suit jobs: 100 microseconds to half a minute.
class Histogram {
  public:
    static constexpr std::array kBounds{0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01,
                                        0.025,  0.05,    0.1,    0.25,  1.0,    5.0,   30.0};

    void add(std::uint64_t ns) {
        const double seconds = static_cast<double>(ns) / 1e9;
        const auto bound = std::ranges::lower_bound(kBounds, seconds);
        ++counts_[static_cast<std::size_t>(bound - kBounds.begin())];
        ++count_;
        sum_ns_ += ns;
    }
    void add(const Histogram& other) {
        for (std::size_t i = 0; i < counts_.size(); ++i)
            counts_[i] += other.counts_[i];
        count_ += other.count_;
        sum_ns_ += other.sum_ns_;
    }
    // Of those up to the bound with this index, and above the one before; the last has no bound.
    std::uint64_t count(std::size_t index) const { return counts_[index]; }
    std::uint64_t count() const { return count_; }
    std::uint64_t sum_ns() const { return sum_ns_; }

  private:
    std::array<std::uint64_t, kBounds.size() + 1> counts_{};
    std::uint64_t count_ = 0, sum_ns_ = 0;
};

}  // namespace samovar::daemon
