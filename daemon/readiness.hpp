#pragma once
#include <string_view>

namespace samovar::daemon {

// Tells systemd ("READY=1", "STOPPING=1", "STATUS=..."; see sd_notify(3)) where it asked to be
// told, that is where NOTIFY_SOCKET is set. Never blocks, never fails.
void notify_service_manager(std::string_view state);

// Writes a newline to `fd` and closes it: whoever holds the other end knows that connections are
// taken. -1: nobody asked.
void tell_ready(int fd);

}  // namespace samovar::daemon
