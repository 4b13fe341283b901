#include "stamps.hpp"

#include <cstdio>
#include <stdexcept>

namespace samovar::scheduler::stamps {

using namespace std::chrono;

Instant at(const std::string& stamp) {
    int year_ = 0, hour = 0, minute = 0, second = 0;
    unsigned month_ = 0, day_ = 0;
    if (std::sscanf(stamp.c_str(), "%d-%u-%uT%d:%d:%dZ", &year_, &month_, &day_, &hour, &minute,
                    &second) != 6)
        throw std::invalid_argument("no stamp: " + stamp);
    return sys_days(year(year_) / month(month_) / day(day_)) + hours(hour) + minutes(minute) +
           seconds(second);
}

std::string stamp(Instant instant) {
    const sys_days day = floor<days>(instant);
    const year_month_day date(day);
    const hh_mm_ss time(instant - day);
    char text[64];
    std::snprintf(text, sizeof text, "%04d-%02u-%02uT%02d:%02d:%02dZ",
                  static_cast<int>(date.year()), static_cast<unsigned>(date.month()),
                  static_cast<unsigned>(date.day()), static_cast<int>(time.hours().count()),
                  static_cast<int>(time.minutes().count()),
                  static_cast<int>(time.seconds().count()));
    return text;
}

std::string stamp(const std::optional<Instant>& instant) {
    return instant ? stamp(*instant) : "never";
}

std::string stamp(const std::optional<Span>& span) {
    return span ? stamp(span->begin) + " to " + stamp(span->end) : "never";
}

std::vector<std::string> fires(const std::string& entry, const std::string& after,
                               std::size_t count) {
    const Cron cron = Cron::parse(entry, Zone::utc());
    std::vector<std::string> stamps;
    std::optional<Instant> now = at(after);
    while (stamps.size() < count) {
        now = cron.next_after(*now);
        stamps.push_back(stamp(now));
        if (!now) break;
    }
    return stamps;
}

std::string cron_error(const std::string& entry) {
    try {
        Cron::parse(entry, Zone::utc());
        return "accepted";
    } catch (const std::invalid_argument& error) {
        return error.what();
    }
}

std::string window_error(const std::string& text) {
    try {
        Window::parse(text, Zone::utc());
        return "accepted";
    } catch (const std::invalid_argument& error) {
        return error.what();
    }
}

}  // namespace samovar::scheduler::stamps
