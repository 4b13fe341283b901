#include "scheduler/calendar/cron_fields.hpp"

#include <bit>

namespace samovar::scheduler {
namespace {

using namespace std::chrono;

bool has(std::uint64_t set, unsigned value) {
    return (set >> value & 1) != 0;
}

// The smallest value of the set from `from` (at most 63) on.
std::optional<unsigned> first_from(std::uint64_t set, unsigned from) {
    const std::uint64_t rest = set >> from << from;
    if (rest == 0) return std::nullopt;
    return static_cast<unsigned>(std::countr_zero(rest));
}

bool begins_with_star(const Word& word) {
    return word.text.starts_with('*');
}

}  // namespace

CronFields::CronFields(const ScheduleText& text, std::span<const Word> words)
    : minutes_(parse_field(text, kMinute, words[0])),
      hours_(parse_field(text, kHour, words[1])),
      days_(parse_field(text, kDayOfMonth, words[2])),
      months_(parse_field(text, kMonth, words[3])),
      weekdays_(parse_field(text, kDayOfWeek, words[4])) {
    constexpr std::uint64_t kAllHours = (std::uint64_t{1} << 24) - 1;
    names_hours_ = !begins_with_star(words[1]) && hours_ != kAllHours;
    either_day_ = !begins_with_star(words[2]) && !begins_with_star(words[4]);
    if (!has_a_day())
        text.refuse(words[2], "it never fires: no month of \"" + std::string(words[3].text) +
                                  "\" has a day of \"" + std::string(words[2].text) +
                                  "\"; the longest February has 29 days, and April, June, "
                                  "September and November have 30");
}

bool CronFields::has_a_day() const {
    if (either_day_) return true;  // a weekday is enough, and each month has all seven
    // 2000 has a 29 February. Over 400 years each day of each month falls on every weekday.
    for (unsigned m = 1; m <= 12; ++m) {
        const year_month_day_last end(year(2000) / month(m) / last);
        const auto first_day = first_from(days_, 1);
        if (has(months_, m) && first_day && *first_day <= static_cast<unsigned>(end.day()))
            return true;
    }
    return false;
}

bool CronFields::matches_day(year_month_day date) const {
    const bool day = has(days_, static_cast<unsigned>(date.day()));
    const bool weekday = has(weekdays_, std::chrono::weekday(local_days(date)).c_encoding());
    return either_day_ ? day || weekday : day && weekday;
}

std::optional<minutes> CronFields::first_time(minutes from) const {
    const auto from_hour = static_cast<unsigned>(from / hours(1));
    const auto from_minute = static_cast<unsigned>(from % hours(1) / minutes(1));
    if (has(hours_, from_hour))
        if (const auto minute = first_from(minutes_, from_minute))
            return hours(from_hour) + minutes(*minute);
    const auto hour = first_from(hours_, from_hour + 1);
    if (!hour) return std::nullopt;
    return hours(*hour) + minutes(*first_from(minutes_, 0));
}

std::optional<LocalTime> CronFields::first_match(LocalTime from, LocalTime until) const {
    local_days day = floor<days>(from);
    minutes time = floor<minutes>(from - day);
    while (day < until) {
        const year_month_day date(day);
        if (!has(months_, static_cast<unsigned>(date.month()))) {
            day = local_days((date.year() / date.month() / 1) + months(1));
        } else {
            if (matches_day(date))
                if (const auto found = first_time(time))
                    return day + *found < until ? std::optional<LocalTime>(day + *found)
                                                : std::nullopt;
            day += days(1);
        }
        time = minutes(0);
    }
    return std::nullopt;
}

}  // namespace samovar::scheduler
