#pragma once
#include <chrono>
#include <string>
#include <string_view>

namespace date {
class time_zone;
}

namespace samovar::scheduler {

// The calendar's time is the wall clock in UTC, in whole seconds; the rest of the scheduler runs on
// the steady clock (scheduler/types.hpp), and whoever holds both clocks translates.
using Instant = std::chrono::sys_seconds;
// What the clock on the wall of some place reads. At the end of daylight-saving time a reading
// comes twice (an overlap), at its beginning some never come (a gap).
using LocalTime = std::chrono::local_seconds;

// The calendar knows these years (UTC); outside of them nothing is ever due. Daylight-saving time
// is known up to 2037: `date` reads the tables of the tz database and not the rule behind their
// end, and keeps the last offset from there on.
inline constexpr Instant kFirstInstant = std::chrono::sys_days(std::chrono::year(1900) / 1 / 1);
inline constexpr Instant kLastInstant = std::chrono::sys_days(std::chrono::year(3000) / 1 / 1);
constexpr bool in_calendar(Instant t) {
    return t >= kFirstInstant && t < kLastInstant;
}

// A time zone of the system's tz database, or UTC, which needs none. A value: the zones live as
// long as the process. The database is read from /usr/share/zoneinfo when the first zone is asked
// for (some milliseconds), and is not read again. Any thread.
class Zone {
  public:
    // A time during which the offset from UTC stays the same: [begin, end), within the calendar.
    struct Period {
        Instant begin, end;
        std::chrono::seconds offset;  // local time minus UTC
    };

    static Zone utc() { return {}; }
    // Throws std::invalid_argument: the name is unknown, with names that are like it, or there is
    // no tz database.
    static Zone find(std::string_view name);

    std::string name() const;
    // `t` lies within the calendar.
    Period period_at(Instant t) const;
    LocalTime local(Instant t) const;
    // The first instant at which the clock reads `local`; in a gap, the end of the gap.
    Instant first(LocalTime local) const;
    // Where a time that ends just before the clock reads `local` ends for the last time; in a gap,
    // the end of the gap.
    Instant end_before(LocalTime local) const;

  private:
    const date::time_zone* zone_ = nullptr;  // none: UTC
};

}  // namespace samovar::scheduler
