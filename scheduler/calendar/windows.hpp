#pragma once
#include <optional>
#include <utility>
#include <vector>

#include "scheduler/calendar/window.hpp"

namespace samovar::scheduler {

// Several windows as one: open where any of them is, and windows that touch or overlap are one
// time. Their zones may differ. A value; any thread.
class Windows {
  public:
    // Windows that together stay open for longer than this count as open for ever: a year has seen
    // every rule of daylight-saving time. A search over it takes some tenths of a millisecond.
    static constexpr std::chrono::days kForever{400};

    Windows() = default;
    explicit Windows(std::vector<Window> windows) : windows_(std::move(windows)) {}

    bool empty() const { return windows_.empty(); }
    bool contains(Instant t) const;
    // When it opens or shuts next, strictly later than `after`. None: it stays as it is for ever.
    std::optional<Instant> next_begin(Instant after) const;
    std::optional<Instant> next_end(Instant after) const;
    std::optional<Instant> next_change(Instant after) const;

  private:
    // Until when it is open, where it is open at `t`: the latest end of what is open then.
    std::optional<Instant> open_until(Instant t) const;
    // Where the time that is open at `t` ends at last; none where that is beyond kForever.
    std::optional<Instant> end_of(Instant t) const;

    std::vector<Window> windows_;
};

}  // namespace samovar::scheduler
