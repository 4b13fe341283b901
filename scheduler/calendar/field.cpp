#include "scheduler/calendar/field.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <string>

namespace samovar::scheduler {
namespace {

constexpr std::array<std::string_view, 12> kMonths{"jan", "feb", "mar", "apr", "may", "jun",
                                                   "jul", "aug", "sep", "oct", "nov", "dec"};
constexpr std::array<std::string_view, 7> kDays{"sun", "mon", "tue", "wed", "thu", "fri", "sat"};

bool same_name(std::string_view a, std::string_view b) {
    return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](char x, char y) {
        return std::tolower(static_cast<unsigned char>(x)) == y;
    });
}

std::string quoted(std::string_view text) {
    return '"' + std::string(text) + '"';
}

// "minutes are 0 to 59", "months are 1 to 12 or jan to dec".
std::string allowed(const Field& field) {
    std::string range = std::string(field.name) + "s are " + std::to_string(field.least) + " to " +
                        std::to_string(field.most);
    if (field.names.empty()) return range;
    return range + " or " + std::string(field.names.front()) + " to " +
           std::string(field.names.back());
}

bool is_number(std::string_view text) {
    constexpr std::string_view kDigits = "0123456789";
    return !text.empty() && text.find_first_not_of(kDigits) == std::string_view::npos;
}

// Past four digits any number is out of every range.
unsigned number(std::string_view digits) {
    unsigned value = 0;
    for (const char c : digits)
        value = std::min(value * 10 + static_cast<unsigned>(c - '0'), 9999u);
    return value;
}

unsigned parse_value(const ScheduleText& text, const Field& field, const Word& word) {
    for (std::size_t i = 0; i < field.names.size(); ++i)
        if (same_name(word.text, field.names[i])) return field.least + static_cast<unsigned>(i);
    if (word.text.empty())
        text.refuse(word, std::string("a ") + field.name + " is missing; " + allowed(field));
    if (!is_number(word.text))
        text.refuse(word, quoted(word.text) + " is no " + field.name + "; " + allowed(field));
    const unsigned value = number(word.text);
    if (value < field.least || value > field.highest)
        text.refuse(word, std::string("the ") + field.name + " " + std::string(word.text) +
                              " does not exist; " + allowed(field));
    return value;
}

unsigned parse_step(const ScheduleText& text, const Field& field, const Word& word) {
    if (!is_number(word.text))
        text.refuse(word, quoted(word.text) + " is no step; write a number, as in */5");
    const unsigned step = number(word.text), longest = field.most - field.least;
    if (step == 0) text.refuse(word, "a step of 0 never ends; the shortest is 1");
    if (step > longest)
        text.refuse(word, "the step " + std::string(word.text) + " is longer than the field; " +
                              allowed(field) + ", so the longest step is " +
                              std::to_string(longest) +
                              ", and what is rarer takes several entries");
    return step;
}

// "22-6" as "22-23,0-6", "nov-feb" as "nov-dec,jan-feb".
std::string split_range(const Field& field, std::string_view from, std::string_view to) {
    const bool named = !is_number(from);
    return std::string(from) + '-' +
           (named ? std::string(field.names.back()) : std::to_string(field.most)) + ',' +
           (named ? std::string(field.names.front()) : std::to_string(field.least)) + '-' +
           std::string(to);
}

std::uint64_t bits(const Field& field, unsigned from, unsigned to, unsigned step) {
    std::uint64_t set = 0;
    const unsigned size = field.most - field.least + 1;
    for (unsigned value = from; value <= to; value += step)
        set |= std::uint64_t{1} << (field.cyclic ? value % size : value);
    return set;
}

std::uint64_t parse_item(const ScheduleText& text, const Field& field, const Word& item) {
    const std::size_t slash = item.text.find('/');
    const Word values = item.part(0, slash);
    const bool all = values.text == "*";
    // A dash may also stand in what is no range: the error about the value says so.
    const std::size_t dash = values.text.find('-');
    const bool range = dash != std::string_view::npos;

    unsigned from = field.least, to = field.most;
    if (range) {
        const Word first = values.part(0, dash), last = values.part(dash + 1);
        from = parse_value(text, field, first);
        to = parse_value(text, field, last);
        if (from > to && !field.cyclic)
            text.refuse(values, "the range " + std::string(values.text) +
                                    " runs backwards; write " +
                                    split_range(field, first.text, last.text));
        if (from > to) to += field.most - field.least + 1;
    } else if (!all) {
        from = to = parse_value(text, field, values);
    }
    if (slash == std::string_view::npos) return bits(field, from, to, 1);
    if (!all && !range)
        text.refuse(item, "a step needs a range; write " + std::string(values.text) + '-' +
                              std::to_string(field.most) + std::string(item.text.substr(slash)));
    return bits(field, from, to, parse_step(text, field, item.part(slash + 1)));
}

}  // namespace

const Field kMinute{"minute", 0, 59, 59, {}, false};
const Field kHour{"hour", 0, 23, 23, {}, false};
const Field kDayOfMonth{"day", 1, 31, 31, {}, false};
const Field kMonth{"month", 1, 12, 12, kMonths, false};
const Field kDayOfWeek{"weekday", 0, 6, 7, kDays, true};

std::uint64_t parse_field(const ScheduleText& text, const Field& field, const Word& word) {
    std::uint64_t set = 0;
    for (const Word& item : word.split(','))
        set |= parse_item(text, field, item);
    return set;
}

bool begins_with_weekday(std::string_view text) {
    constexpr std::size_t kLength = 3;
    if (text.size() > kLength && std::string_view(",-/").find(text[kLength]) == text.npos)
        return false;
    return std::any_of(kDays.begin(), kDays.end(), [first = text.substr(0, kLength)](auto day) {
        return same_name(first, day);
    });
}

}  // namespace samovar::scheduler
