#include "scheduler/simulate/trace.hpp"

#include <algorithm>
#include <utility>

namespace samovar::scheduler {
namespace {

constexpr std::size_t kNames = 4;  // columns before the first minute
constexpr std::size_t kLongestQuote = 40;

// Takes the cell before the next comma off the front of a line.
std::string_view take_cell(std::string_view& line, bool& more) {
    const std::size_t comma = line.find(',');
    more = comma != line.npos;
    const std::string_view cell = line.substr(0, comma);
    line.remove_prefix(more ? comma + 1 : line.size());
    return cell;
}

bool all_digits(std::string_view cell) {
    return !cell.empty() &&
           std::all_of(cell.begin(), cell.end(), [](char c) { return c >= '0' && c <= '9'; });
}

// As it can be shown: short, and without what a terminal would obey.
std::string shown(std::string_view cell) {
    std::string text(cell.substr(0, kLongestQuote));
    std::replace_if(
        text.begin(), text.end(), [](char c) { return c < ' ' || c > '~'; }, '?');
    return "\"" + text + (cell.size() > kLongestQuote ? "...\"" : "\"");
}

}  // namespace

InvocationsCsv::InvocationsCsv(std::istream& text, std::string name)
    : text_(text), name_(std::move(name)) {
    read_headings();
}

bool InvocationsCsv::next_line() {
    if (!std::getline(text_, line_)) {
        if (text_.bad()) refuse(0, "it cannot be read any further; is the disk all right?");
        return false;
    }
    ++line_number_;
    if (line_.ends_with('\r')) line_.pop_back();
    return true;
}

void InvocationsCsv::read_headings() {
    if (!next_line())
        refuse(0,
               "the file is empty; it begins with HashOwner,HashApp,HashFunction,Trigger,1,2,...");
    std::string_view rest = line_;
    bool more = true;
    for (std::size_t column = 1; more; ++column) {
        const std::string_view cell = take_cell(rest, more);
        if (column <= kNames) continue;
        const std::size_t minute = column - kNames;
        if (cell != std::to_string(minute))
            refuse(column, "the heading of minute " + std::to_string(minute) + " is " +
                               shown(cell) +
                               "; minutes are headed 1, 2, 3 and so on, without a hole: fill the "
                               "missing ones in, with 0 for no call");
        minutes_ = minute;
    }
    if (minutes_ == 0)
        refuse(0,
               "there is no minute among the headings; behind the four columns HashOwner, HashApp, "
               "HashFunction and Trigger stands one a minute: 1,2,3,...");
}

bool InvocationsCsv::next(CalledMinutes& function) {
    if (!next_line()) return false;
    function.assign(minutes_, false);
    std::string_view rest = line_;
    bool more = true;
    std::size_t column = 0;
    while (more) {
        const std::string_view cell = take_cell(rest, more);
        if (++column <= kNames) continue;
        if (column > kNames + minutes_)
            refuse(column, "there are more columns than headings, which end with minute " +
                               std::to_string(minutes_) + "; take the rest away, or head it");
        if (!all_digits(cell))
            refuse(column, (cell.empty() ? "the cell is empty" : shown(cell) + " is no count") +
                               "; it is the number of calls in that minute, 0 for none");
        function[column - kNames - 1] = cell.find_first_not_of('0') != cell.npos;
    }
    if (column < kNames + minutes_)
        refuse(column, "the line ends here, " + std::to_string(kNames + minutes_ - column) +
                           " columns early; each line holds every minute, 0 for no call");
    return true;
}

void InvocationsCsv::refuse(std::size_t column, const std::string& what) const {
    std::string place = name_;
    if (line_number_ > 0) place += ", line " + std::to_string(line_number_);
    if (column > 0) place += ", column " + std::to_string(column);
    if (column > kNames) place += " (minute " + std::to_string(column - kNames) + ")";
    throw TraceError(place + ": " + what);
}

}  // namespace samovar::scheduler
