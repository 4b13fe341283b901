#pragma once
// When the calls of an open loop are sent, whatever became of those before.

#include <chrono>
#include <cmath>
#include <cstdint>
#include <random>

namespace samovar::cli {

// A Poisson process: as many callers who know nothing of each other call. The same seed makes the
// same times.
class Arrivals {
  public:
    // `rate`: calls a second, above 0.
    Arrivals(double rate, std::uint64_t seed) : rate_(rate), random_(seed) {}

    // When the next call is due, since the beginning.
    std::chrono::nanoseconds next() {
        // 53 bits, in [0, 1): the logarithm of what is left of 1 is finite.
        const double share = std::ldexp(static_cast<double>(random_() >> 11), -53);
        at_ -= std::log(1 - share) / rate_;
        return std::chrono::nanoseconds(static_cast<std::int64_t>(at_ * 1e9));
    }

  private:
    double rate_, at_ = 0;
    std::mt19937_64 random_;
};

}  // namespace samovar::cli
