#pragma once
#include <cstdint>
#include <optional>
#include <span>

#include "scheduler/calendar/field.hpp"

namespace samovar::scheduler {

// The five fields of a cron entry, as sets of bits, and the readings of the clock that they match.
// Nothing here knows of zones.
class CronFields {
  public:
    static constexpr std::size_t kCount = 5;

    // `words`: five, in cron's order. Refuses what parse_field() refuses, and days that no month
    // has (30 feb).
    CronFields(const ScheduleText& text, std::span<const Word> words);

    // The first reading of the clock at or after `from` (a whole minute) and before `until` that
    // matches.
    std::optional<LocalTime> first_match(LocalTime from, LocalTime until) const;
    // Whether the entry has hours at all: false where its hour field begins with `*` or allows all.
    bool names_hours() const { return names_hours_; }

  private:
    // Vixie's rule: where both day fields are restricted, one is enough; a field that begins with
    // `*` is not restricted, whatever its step, and then both must match.
    bool matches_day(std::chrono::year_month_day date) const;
    bool has_a_day() const;
    // The first time of day at or after `from`.
    std::optional<std::chrono::minutes> first_time(std::chrono::minutes from) const;

    std::uint64_t minutes_, hours_, days_, months_, weekdays_;
    bool names_hours_, either_day_;
};

}  // namespace samovar::scheduler
