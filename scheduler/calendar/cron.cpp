#include "scheduler/calendar/cron.hpp"

#include <algorithm>
#include <array>

namespace samovar::scheduler {
namespace {

using namespace std::chrono;

// The longest wait for 29 February on one given weekday is 40 years, across a century without a
// leap year, and no entry is rarer. Twice as far, because a zone can skip a whole day (Samoa, 30
// December 2011).
constexpr days kHorizon{81 * 366};

struct Alias {
    std::string_view name, fields;
};
constexpr std::array<Alias, 7> kAliases{{{"@hourly", "0 * * * *"},
                                         {"@daily", "0 0 * * *"},
                                         {"@midnight", "0 0 * * *"},
                                         {"@weekly", "0 0 * * 0"},
                                         {"@monthly", "0 0 1 * *"},
                                         {"@yearly", "0 0 1 1 *"},
                                         {"@annually", "0 0 1 1 *"}}};

std::string_view fields_of_alias(const ScheduleText& text, const Word& word) {
    for (const Alias& alias : kAliases)
        if (word.text == alias.name) return alias.fields;
    if (word.text == "@reboot")
        text.refuse(word,
                    "@reboot is no time of the calendar; a model that is to be loaded when "
                    "the daemon starts has preload = true");
    std::string known;
    for (const Alias& alias : kAliases)
        known += ' ' + std::string(alias.name);
    text.refuse(word, '"' + std::string(word.text) + "\" is unknown; there are" + known);
}

// The zone that the text begins with ("CRON_TZ=Europe/Berlin", or "TZ="), taken off its words.
std::optional<Zone> take_leading_zone(const ScheduleText& text, std::span<const Word>& words) {
    for (const std::string_view key : {"CRON_TZ=", "TZ="}) {
        if (!words[0].text.starts_with(key)) continue;
        const Zone zone = text.zone(words[0].part(key.size()));
        words = words.subspan(1);
        return zone;
    }
    return std::nullopt;
}

bool looks_like_a_field(const Word& word) {
    return begins_with_weekday(word.text) ||
           word.text.find_first_not_of("0123456789*,-/?") == std::string_view::npos;
}

// The zone behind `used` words, and nothing behind it.
std::optional<Zone> trailing_zone(const ScheduleText& text, std::span<const Word> words,
                                  std::size_t used) {
    if (words.size() == used) return std::nullopt;
    const Word& word = words[used];
    if (looks_like_a_field(word))
        text.refuse(word,
                    "there is a sixth field; five are allowed (minute, hour, day, month, "
                    "weekday), and neither seconds nor years");
    if (words.size() > used + 1) text.refuse(words[used + 1], "nothing may follow the time zone");
    return text.zone(word);
}

}  // namespace

Cron Cron::parse(std::string_view source, const Zone& otherwise) {
    const ScheduleText text("cron", source);
    const std::vector<Word> all = text.words();
    std::span<const Word> words(all);
    const std::optional<Zone> leading = take_leading_zone(text, words);
    if (words.empty()) text.refuse(all.back(), "five fields are missing behind the time zone");

    const bool is_alias = words[0].text.starts_with('@');
    const std::string_view alias = is_alias ? fields_of_alias(text, words[0]) : "";
    if (!is_alias && words.size() < CronFields::kCount)
        text.refuse(words.back(), "only " + std::to_string(words.size()) +
                                      " of five fields: minute, hour, day, month, weekday");
    const auto trailing = trailing_zone(text, words, is_alias ? 1 : CronFields::kCount);
    if (leading && trailing)
        text.refuse(words.back(), "a second time zone; leave out this or the one at the beginning");
    const Zone zone = leading ? *leading : trailing.value_or(otherwise);

    if (!is_alias) return Cron(CronFields(text, words.first(CronFields::kCount)), zone);
    const ScheduleText fields("cron", alias);
    return Cron(CronFields(fields, fields.words()), zone);
}

std::optional<Instant> Cron::next_after(Instant after) const {
    if (!in_calendar(after)) return std::nullopt;
    const auto next = fields_.names_hours() ? next_named_time(after) : next_by_the_clock(after);
    return next && in_calendar(*next) ? next : std::nullopt;
}

// Readings in rising order come at instants in rising order, so the first that comes after `after`
// is the one. More than one is tried only in an overlap's second half, whose readings came before.
std::optional<Instant> Cron::next_named_time(Instant after) const {
    const LocalTime now = zone_.local(after), until = now + kHorizon;
    LocalTime from = floor<minutes>(now) + minutes(1);
    while (const auto reading = fields_.first_match(from, until)) {
        const Instant instant = zone_.first(*reading);
        if (instant > after) return instant;
        from = *reading + minutes(1);
    }
    return std::nullopt;
}

// From one change of the offset to the next, within which the clock runs evenly.
std::optional<Instant> Cron::next_by_the_clock(Instant after) const {
    const Instant until = std::min(after + kHorizon, kLastInstant);
    Instant from = after + seconds(1);
    while (from < until) {
        const Zone::Period period = zone_.period_at(from);
        const LocalTime origin(period.offset);
        const auto reading = fields_.first_match(ceil<minutes>(origin + from.time_since_epoch()),
                                                 origin + period.end.time_since_epoch());
        if (reading) return Instant(*reading - origin);
        from = period.end;
    }
    return std::nullopt;
}

std::optional<Instant> next_of(const std::vector<Cron>& entries, Instant after) {
    std::optional<Instant> next;
    for (const Cron& entry : entries)
        if (const auto time = entry.next_after(after)) next = next ? std::min(*next, *time) : *time;
    return next;
}

}  // namespace samovar::scheduler
