#pragma once
#include <chrono>
#include <optional>

#include <samovar/error.hpp>

#include "daemon/asio.hpp"
#include "daemon/service/environment.hpp"

namespace samovar::daemon {

// How often systemd wants to hear from the process `self`: half of the time after which it takes it
// for dead (sd_watchdog_enabled(3)). Nothing where it does not, or means another process. Errors:
// `invalid_argument` (variables that say nothing: a unit set them by hand).
Result<std::optional<std::chrono::microseconds>> watchdog_interval(const Environment& environment,
                                                                   pid_t self);

// Says that the daemon lives, by the loop itself: a loop that is stuck in a handler, or whose
// process is stopped, says nothing. Loop thread only.
class Watchdog {
  public:
    explicit Watchdog(const asio::any_io_executor& loop) : timer_(loop) {}
    void feed_every(std::chrono::microseconds interval);
    void stop() { timer_.cancel(); }

  private:
    asio::steady_timer timer_;
};

}  // namespace samovar::daemon
