#include "scheduler/calendar/schedule_text.hpp"

#include <algorithm>
#include <stdexcept>

namespace samovar::scheduler {
namespace {

constexpr std::string_view kBlanks = " \t";

// For people to read: a schedule is ASCII, and nothing else may break the line, move the cursor or
// make the error invalid UTF-8.
std::string printable(std::string_view text) {
    std::string shown(text);
    for (char& c : shown)
        if (c < ' ' || c > '~') c = '?';
    return shown;
}

}  // namespace

std::vector<Word> Word::split(char separator) const {
    std::vector<Word> parts;
    std::size_t from = 0;
    for (;;) {
        const std::size_t to = text.find(separator, from);
        if (to == std::string_view::npos) {
            parts.push_back(part(from));
            return parts;
        }
        parts.push_back(part(from, to - from));
        from = to + 1;
    }
}

ScheduleText::ScheduleText(const char* kind, std::string_view text) : kind_(kind), text_(text) {
    if (text_.size() > kLongest) {
        const std::size_t size = text_.size();
        text_ = text_.substr(0, 32);
        refuse({}, "it is " + std::to_string(size) + " bytes long, at most " +
                       std::to_string(kLongest) + " are allowed (this is its beginning)");
    }
    if (words().empty()) refuse({}, "it is empty");
}

std::vector<Word> ScheduleText::words() const {
    std::vector<Word> words;
    const Word all{text_, 1};
    std::size_t from = text_.find_first_not_of(kBlanks);
    while (from != std::string_view::npos) {
        const std::size_t to = std::min(text_.find_first_of(kBlanks, from), text_.size());
        words.push_back(all.part(from, to - from));
        from = text_.find_first_not_of(kBlanks, to);
    }
    return words;
}

Zone ScheduleText::zone(const Word& word) const {
    try {
        return Zone::find(word.text);
    } catch (const std::invalid_argument& error) {
        refuse(word, error.what());
    }
}

void ScheduleText::refuse(const Word& at, const std::string& why) const {
    throw std::invalid_argument(printable(std::string(kind_) + " \"" + std::string(text_) +
                                          "\", column " + std::to_string(at.column) + ": " + why));
}

}  // namespace samovar::scheduler
