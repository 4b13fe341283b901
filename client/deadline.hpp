#pragma once
#include <algorithm>
#include <chrono>

namespace samovar::client {

using Clock = std::chrono::steady_clock;

// When a wait ends. Every wait of the library has one.
class Deadline {
  public:
    explicit Deadline(std::chrono::milliseconds timeout)
        // A century at most: milliseconds::max() means "for ever" and must not overflow.
        : at_(Clock::now() + std::clamp(timeout, std::chrono::milliseconds(0),
                                        std::chrono::milliseconds(kCentury))) {}

    Clock::time_point at() const noexcept { return at_; }
    bool over() const noexcept { return Clock::now() >= at_; }
    // Rounded up, so that a wait of what remains does not end a moment early and spin.
    std::chrono::milliseconds remaining() const noexcept {
        return std::max(std::chrono::milliseconds(0),
                        std::chrono::ceil<std::chrono::milliseconds>(at_ - Clock::now()));
    }

  private:
    static constexpr std::chrono::hours kCentury{24 * 365 * 100};
    Clock::time_point at_;
};

}  // namespace samovar::client
