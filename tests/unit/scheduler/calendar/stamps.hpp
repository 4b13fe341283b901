#pragma once
#include <optional>
#include <string>
#include <vector>

#include "scheduler/calendar/cron.hpp"
#include "scheduler/calendar/windows.hpp"

namespace samovar::scheduler::stamps {

// Instants as people read them, "2025-03-30T01:00:00Z", so that tables are text and a failure says
// what it saw.
Instant at(const std::string& stamp);
std::string stamp(Instant instant);
std::string stamp(const std::optional<Instant>& instant);  // "never" where there is none
std::string stamp(const std::optional<Span>& span);        // "BEGIN to END"

// The first `count` instants at which an entry (in UTC, where it names no zone) fires after a
// stamp.
std::vector<std::string> fires(const std::string& entry, const std::string& after,
                               std::size_t count = 1);

// What a parser says of a text that it refuses; "accepted" where it does not.
std::string cron_error(const std::string& entry);
std::string window_error(const std::string& text);

}  // namespace samovar::scheduler::stamps
