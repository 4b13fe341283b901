#pragma once
#include <chrono>
#include <cstdint>
#include <optional>
#include <string_view>

#include "scheduler/calendar/zone.hpp"

namespace samovar::scheduler {

class ScheduleText;
struct Word;

// From `begin` on, and no more at `end`.
struct Span {
    Instant begin, end;

    bool operator==(const Span&) const = default;
};

// A time that comes back every week: days, hours, zone; days or hours may be left out.
//
//     mon-fri 08:00-18:30 Europe/Berlin
//     mon,wed,fri 8:00-12:00                      in the zone that the caller gives
//     sat,sun                                     the whole day
//     22:00-06:00                                 every day; past midnight, and belongs to the day
//                                                 on which it begins
//
// - Hours are H:MM or HH:MM, 24:00 is the end of the day. The end is not inside.
// - Daylight-saving time. A beginning that the clock skips is the end of the gap, one that comes
//   twice is the first; an end that is skipped is the end of the gap, one that comes twice is the
//   second. So a window is open whenever the clock reads a time inside it, without a break where
//   the clock goes back; and on a day on which the clock skips all of it, it does not open.
//
// A value; any thread.
class Window {
  public:
    // Throws std::invalid_argument: what is wrong, at which column, what is allowed.
    static Window parse(std::string_view text, const Zone& otherwise);

    bool contains(Instant t) const;
    // The time that holds `t`, or else the next one. None outside the calendar's years.
    std::optional<Span> at_or_after(Instant t) const;
    // Strictly later than `after`. A window of every day, 00:00-24:00, begins and ends each
    // midnight: Windows (windows.hpp) joins what touches.
    std::optional<Instant> next_begin(Instant after) const;
    std::optional<Instant> next_end(Instant after) const;

    const Zone& zone() const { return zone_; }

  private:
    explicit Window(const Zone& zone) : zone_(zone) {}

    void take_hours(const ScheduleText& text, const Word& word);
    // The window of one day; empty where the clock skips it.
    Span on(std::chrono::local_days day) const;

    Zone zone_;
    std::uint64_t weekdays_ = 0x7f;  // bit 0 is Sunday
    // Since midnight of the day on which it begins; the end may lie on the next.
    std::chrono::minutes begin_{0}, end_ = std::chrono::hours(24);
};

}  // namespace samovar::scheduler
