#pragma once
#include <chrono>
#include <string>
#include <string_view>

namespace samovar::daemon {

// Whether whoever started the daemon wants to be told of its state: NOTIFY_SOCKET is set.
bool service_manager_listens();

// Tells systemd ("READY=1", "STATUS=..."; see sd_notify(3)) where it asked to be told. Never
// blocks, never fails.
void notify_service_manager(std::string_view state);

// The configuration is read again, since a time of the monotonic clock.
std::string reloading_state(std::chrono::microseconds now);
// The daemon stops, and may take so long: without being told, systemd goes by TimeoutStopSec, which
// knows nothing of --drain.
std::string stopping_state(std::chrono::milliseconds patience, std::string_view status);

// Writes a newline to `fd` and closes it: whoever holds the other end knows that connections are
// taken. -1: nobody asked.
void tell_ready(int fd);

}  // namespace samovar::daemon
