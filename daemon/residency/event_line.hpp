#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "ipc/wire/residency_messages.hpp"

namespace samovar::daemon {

// A move, or a minute with calls, as a line of JSON with its line feed, as `samovar events --json`
// prints it.
std::string line_of(const ipc::Event& event);
// The inverse; none for what is no such line.
std::optional<ipc::Event> event_of_line(std::string_view line);

}  // namespace samovar::daemon
