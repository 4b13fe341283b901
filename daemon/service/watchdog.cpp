#include "daemon/service/watchdog.hpp"

#include <charconv>
#include <cstdint>
#include <string>
#include <string_view>

#include "daemon/service/notify.hpp"

namespace samovar::daemon {
namespace {

// A million years would overflow the clock.
constexpr std::uint64_t kLongestWatchdogUs = std::uint64_t{365} * 24 * 3600 * 1'000'000;

Result<std::uint64_t> number_in(const char* variable, std::string_view text) {
    std::uint64_t number = 0;
    const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (fault != std::errc() || end != text.data() + text.size() || number == 0 ||
        number > kLongestWatchdogUs)
        return Error{Errc::invalid_argument,
                     std::string(variable) + " is \"" + std::string(text) +
                         "\", which is no number from 1 to " + std::to_string(kLongestWatchdogUs),
                     "leave it to WatchdogSec= of the unit, or unset it", 0, 0};
    return number;
}

}  // namespace

Result<std::optional<std::chrono::microseconds>> watchdog_interval(const Environment& environment,
                                                                   pid_t self) {
    using Interval = std::optional<std::chrono::microseconds>;
    const char* period = environment("WATCHDOG_USEC");
    if (!period) return Interval();
    if (const char* pid = environment("WATCHDOG_PID")) {
        const Result<std::uint64_t> meant = number_in("WATCHDOG_PID", pid);
        if (!meant) return meant.error();
        if (*meant != static_cast<std::uint64_t>(self)) return Interval();
    }
    const Result<std::uint64_t> microseconds = number_in("WATCHDOG_USEC", period);
    if (!microseconds) return microseconds.error();
    return Interval(std::chrono::microseconds((*microseconds + 1) / 2));
}

void Watchdog::feed_every(std::chrono::microseconds interval) {
    notify_service_manager("WATCHDOG=1");
    timer_.expires_after(interval);
    timer_.async_wait([this, interval](boost::system::error_code fault) {
        if (!fault) feed_every(interval);
    });
}

}  // namespace samovar::daemon
