#pragma once
#include <cstdint>
#include <span>
#include <string_view>

#include "scheduler/calendar/schedule_text.hpp"

namespace samovar::scheduler {

// What one field of a schedule may hold.
struct Field {
    const char* name;
    unsigned least, most;                     // `*` means all from here to here
    unsigned highest;                         // what may be written: 7 for Sunday, `most` elsewhere
    std::span<const std::string_view> names;  // of the values from `least` on; may be none
    bool cyclic;                              // ranges may pass the end: fri-mon
};

extern const Field kMinute, kHour, kDayOfMonth, kMonth, kDayOfWeek;

// The values that a field allows, one bit each: a list of `*`, values and ranges, the last two of
// numbers or names, with steps: "1,15", "mon-fri", "8-18/2", "*/15". Sunday is bit 0. Refuses what
// is no value of the field, ranges that run backwards (days of the week may: fri-mon), and steps
// that are 0, longer than the field, or behind a single value.
std::uint64_t parse_field(const ScheduleText& text, const Field& field, const Word& word);

// Whether the text is a weekday's name, or a list or range that begins with one.
bool begins_with_weekday(std::string_view text);

}  // namespace samovar::scheduler
