#pragma once
#include <chrono>
#include <cstdint>

#include "scheduler/residency/standing.hpp"

namespace samovar::daemon {

// As messages and files tell times.
inline constexpr std::uint64_t kMinuteMs = 60'000;
inline std::uint64_t in_ms(scheduler::Duration time) {
    return static_cast<std::uint64_t>(
        std::chrono::duration_cast<std::chrono::milliseconds>(time).count());
}
inline std::uint64_t in_ns(scheduler::Duration time) {
    return static_cast<std::uint64_t>(
        std::chrono::duration_cast<std::chrono::nanoseconds>(time).count());
}

// What the rules of residency take for the time: both clocks of the machine, ahead of them by what
// a test has let pass. Timers run on the machine's own.
class Clocks {
  public:
    scheduler::Now now() const {
        return {scheduler::Clock::now() + ahead_, std::chrono::system_clock::now() + ahead_};
    }
    // When the machine's steady clock will have come to `time`.
    scheduler::Time on_machine(scheduler::Time time) const { return time - ahead_; }
    void leap(scheduler::Duration time) { ahead_ += time; }

  private:
    scheduler::Duration ahead_{};
};

}  // namespace samovar::daemon
