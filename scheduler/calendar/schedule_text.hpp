#pragma once
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "scheduler/calendar/zone.hpp"

namespace samovar::scheduler {

// A piece of a schedule's text that knows where it stands.
struct Word {
    std::string_view text;
    std::size_t column = 1;  // of its first character, from 1

    Word part(std::size_t from, std::size_t length = std::string_view::npos) const {
        return {text.substr(from, length), column + from};
    }
    // Cut at each `separator`; an empty word where nothing stands beside one.
    std::vector<Word> split(char separator) const;
};

// The text of a cron entry or a window while it is read: its words, and the refusal of what is
// wrong in it. Holds a view.
class ScheduleText {
  public:
    static constexpr std::size_t kLongest =
        256;  // bytes; the longest that makes sense is far shorter

    // `kind` begins each error: "cron", "window". Throws where the text is too long or empty.
    ScheduleText(const char* kind, std::string_view text);

    // The words between blanks.
    std::vector<Word> words() const;
    // The zone that a word names. Refuses an unknown one.
    Zone zone(const Word& word) const;

    // Throws std::invalid_argument: kind, text, column of the word, and why. The caller knows file
    // and key.
    [[noreturn]] void refuse(const Word& at, const std::string& why) const;

  private:
    const char* kind_;
    std::string_view text_;
};

}  // namespace samovar::scheduler
