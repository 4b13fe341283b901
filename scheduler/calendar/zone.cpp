#include "scheduler/calendar/zone.hpp"

#include <date/tz.h>

#include <algorithm>
#include <cctype>
#include <numeric>
#include <stdexcept>
#include <vector>

namespace samovar::scheduler {
namespace {

using std::chrono::seconds;

bool same_letter(char a, char b) {
    return std::tolower(static_cast<unsigned char>(a)) ==
           std::tolower(static_cast<unsigned char>(b));
}

// `date` throws where the folder is missing.
bool has_database() {
    try {
        return !date::get_tzdb().zones.empty();
    } catch (const std::exception&) {
        return false;
    }
}

// Levenshtein's distance, capitals and small letters alike.
std::size_t distance(std::string_view a, std::string_view b) {
    std::vector<std::size_t> row(b.size() + 1);
    std::iota(row.begin(), row.end(), std::size_t{0});
    for (std::size_t i = 0; i < a.size(); ++i) {
        std::size_t diagonal = row[0];
        row[0] = i + 1;
        for (std::size_t j = 0; j < b.size(); ++j) {
            const std::size_t replaced = diagonal + (same_letter(a[i], b[j]) ? 0 : 1);
            diagonal = row[j + 1];
            row[j + 1] = std::min({replaced, diagonal + 1, row[j] + 1});
        }
    }
    return row.back();
}

std::string_view city_of(std::string_view zone) {
    return zone.substr(zone.rfind('/') + 1);  // npos + 1 is 0
}

// How unlike a zone's name is: people leave out the continent ("Berlin") or mistype a letter.
std::size_t unlikeness(const std::string& zone, std::string_view name) {
    return std::min(distance(zone, name), distance(city_of(zone), city_of(name)) + 1);
}

// Up to two names that are like the one given.
std::string names_like(std::string_view name) {
    constexpr std::size_t kLike = 3, kMostNames = 2, kLongestName = 64;
    if (name.size() > kLongestName) return {};
    std::vector<std::pair<std::size_t, std::string>> like;
    for (const date::time_zone& zone : date::get_tzdb().zones) {
        const std::size_t unlike = unlikeness(zone.name(), name);
        if (unlike <= std::min(kLike, name.size() / 2)) like.emplace_back(unlike, zone.name());
    }
    std::sort(like.begin(), like.end());
    if (like.size() > kMostNames) like.resize(kMostNames);
    std::string names;
    for (const auto& [unlike, found] : like)
        names += (names.empty() ? "" : " or ") + found;
    return names;
}

std::string unknown(std::string_view name) {
    std::string message = "there is no time zone \"" + std::string(name) + "\"; ";
    const std::string like = names_like(name);
    if (!like.empty()) return message + "is it " + like + "?";
    return message + "zones are named like Europe/Berlin or UTC (timedatectl list-timezones)";
}

date::sys_seconds dated(Instant t) {
    return date::sys_seconds(t.time_since_epoch());
}

date::local_seconds dated(LocalTime t) {
    return date::local_seconds(t.time_since_epoch());
}

Instant at_offset(LocalTime local, seconds offset) {
    return Instant(local.time_since_epoch() - offset);
}

Instant undated(date::sys_seconds t) {
    return Instant(t.time_since_epoch());
}

}  // namespace

Zone Zone::find(std::string_view name) {
    if (name == "UTC") return utc();
    if (!has_database())
        throw std::invalid_argument(
            "there is no time zone database in /usr/share/zoneinfo: install the package tzdata, or "
            "give times in UTC");
    Zone zone;
    try {
        zone.zone_ = date::locate_zone(name);
    } catch (const std::exception&) {
        throw std::invalid_argument(unknown(name));
    }
    try {
        zone.period_at(Instant());  // the zone's own file is read at the first question
    } catch (const std::exception& error) {
        throw std::invalid_argument("the time zone \"" + std::string(name) + "\" cannot be read: " +
                                    error.what() + "; install the package tzdata again");
    }
    return zone;
}

std::string Zone::name() const {
    return zone_ ? zone_->name() : "UTC";
}

Zone::Period Zone::period_at(Instant t) const {
    if (!zone_) return {kFirstInstant, kLastInstant, seconds(0)};
    const date::sys_info info = zone_->get_info(dated(t));
    return {std::max(undated(info.begin), kFirstInstant), std::min(undated(info.end), kLastInstant),
            info.offset};
}

LocalTime Zone::local(Instant t) const {
    return LocalTime(t.time_since_epoch() + period_at(t).offset);
}

Instant Zone::first(LocalTime local) const {
    if (!zone_) return at_offset(local, seconds(0));
    const date::local_info info = zone_->get_info(dated(local));
    if (info.result == date::local_info::nonexistent) return undated(info.first.end);
    return at_offset(local, info.first.offset);
}

Instant Zone::end_before(LocalTime local) const {
    if (!zone_) return at_offset(local, seconds(0));
    // The last reading that is still inside decides, or a time that ends where an overlap begins
    // would go on to its second beginning.
    const date::local_info info = zone_->get_info(dated(local - seconds(1)));
    if (info.result == date::local_info::nonexistent) return undated(info.first.end);
    if (info.result == date::local_info::ambiguous) return at_offset(local, info.second.offset);
    return at_offset(local, info.first.offset);
}

}  // namespace samovar::scheduler
