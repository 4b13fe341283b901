#include "scheduler/calendar/window.hpp"

#include "scheduler/calendar/field.hpp"

namespace samovar::scheduler {
namespace {

using namespace std::chrono;

constexpr minutes kDay = hours(24);

// Weekdays come back within 7 days; one window in a row may be skipped by the clock.
constexpr days kSearch{21};

bool begins_with_digit(const Word& word) {
    return word.text[0] >= '0' && word.text[0] <= '9';
}

std::optional<int> digits(std::string_view text, std::size_t least) {
    if (text.size() < least || text.size() > 2) return std::nullopt;
    int value = 0;
    for (const char c : text) {
        if (c < '0' || c > '9') return std::nullopt;
        value = value * 10 + (c - '0');
    }
    return value;
}

// H:MM or HH:MM, up to 24:00.
minutes parse_time(const ScheduleText& text, const Word& word) {
    const std::size_t colon = word.text.find(':');
    std::optional<int> hour, minute;
    if (colon != std::string_view::npos) {
        hour = digits(word.text.substr(0, colon), 1);
        minute = digits(word.text.substr(colon + 1), 2);
    }
    if (!hour || !minute)
        text.refuse(word, '"' + std::string(word.text) + "\" is no time; hours are written " +
                              "HH:MM-HH:MM, as in 08:00-18:30");
    const minutes time = hours(*hour) + minutes(*minute);
    if (*minute > 59 || time > kDay)
        text.refuse(word, "the time " + std::string(word.text) +
                              " does not exist; times are 00:00 "
                              "to 24:00, minutes 00 to 59");
    return time;
}

}  // namespace

void Window::take_hours(const ScheduleText& text, const Word& word) {
    const std::size_t dash = word.text.find('-');
    if (dash == std::string_view::npos)
        text.refuse(word, "the end is missing; hours are written HH:MM-HH:MM, as in 08:00-18:30");
    if (const std::size_t comma = word.text.find(','); comma != std::string_view::npos)
        text.refuse(word.part(comma), "one window has one pair of times; write a second window");
    begin_ = parse_time(text, word.part(0, dash));
    end_ = parse_time(text, word.part(dash + 1));
    if (begin_ == kDay) text.refuse(word, "a window cannot begin at 24:00; write 00:00");
    if (begin_ == end_)
        text.refuse(word, "the window is empty; for the whole day write 00:00-24:00");
    if (end_ < begin_) end_ += kDay;
}

Window Window::parse(std::string_view source, const Zone& otherwise) {
    const ScheduleText text("window", source);
    const std::vector<Word> words = text.words();
    std::size_t used = 0;
    Window window(otherwise);
    if (!begins_with_digit(words[0])) {
        if (!begins_with_weekday(words[0].text))
            text.refuse(words[0],
                        '"' + std::string(words[0].text) + "\" is neither days (mon-fri, " +
                            "sat,sun) nor hours (08:00-18:30), with which a window begins");
        window.weekdays_ = parse_field(text, kDayOfWeek, words[used++]);
    }
    if (used < words.size() && begins_with_digit(words[used]))
        window.take_hours(text, words[used++]);
    if (used < words.size() && begins_with_weekday(words[used].text))
        text.refuse(words[used], "the days come first, in one word: mon,wed-fri 08:00-18:30");
    if (used < words.size()) window.zone_ = text.zone(words[used++]);
    if (used < words.size())
        text.refuse(words[used], "nothing may follow the time zone; a window is days, hours, zone");
    return window;
}

Span Window::on(local_days day) const {
    return {zone_.first(day + begin_), zone_.end_before(day + end_)};
}

std::optional<Span> Window::at_or_after(Instant t) const {
    if (!in_calendar(t)) return std::nullopt;
    const local_days today = floor<days>(zone_.local(t));
    // Two days back: one for what passes midnight, one for a date that a zone may skip.
    for (local_days day = today - days(2); day < today + kSearch; day += days(1)) {
        if ((weekdays_ >> weekday(day).c_encoding() & 1) == 0) continue;
        const Span span = on(day);
        if (span.begin < span.end && span.end > t)
            return in_calendar(span.end) ? std::optional<Span>(span) : std::nullopt;
    }
    return std::nullopt;
}

bool Window::contains(Instant t) const {
    const auto span = at_or_after(t);
    return span && span->begin <= t;
}

std::optional<Instant> Window::next_begin(Instant after) const {
    auto span = at_or_after(after);
    while (span && span->begin <= after)
        span = at_or_after(span->end);
    return span ? std::optional<Instant>(span->begin) : std::nullopt;
}

std::optional<Instant> Window::next_end(Instant after) const {
    const auto span = at_or_after(after);
    return span ? std::optional<Instant>(span->end) : std::nullopt;
}

}  // namespace samovar::scheduler
