#include "scheduler/calendar/windows.hpp"

#include <algorithm>

namespace samovar::scheduler {

bool Windows::contains(Instant t) const {
    return std::any_of(windows_.begin(), windows_.end(),
                       [t](const Window& window) { return window.contains(t); });
}

std::optional<Instant> Windows::open_until(Instant t) const {
    std::optional<Instant> end;
    for (const Window& window : windows_)
        if (const auto span = window.at_or_after(t); span && span->begin <= t)
            end = std::max(end.value_or(t), span->end);
    return end;
}

std::optional<Instant> Windows::end_of(Instant t) const {
    const Instant until = t + kForever;
    while (const auto end = open_until(t)) {
        t = *end;
        if (t > until) return std::nullopt;
    }
    return t;
}

std::optional<Instant> Windows::next_begin(Instant after) const {
    const auto shut = contains(after) ? end_of(after) : std::optional<Instant>(after);
    if (!shut) return std::nullopt;
    std::optional<Instant> begin;
    for (const Window& window : windows_)
        if (const auto span = window.at_or_after(*shut))
            begin = begin ? std::min(*begin, span->begin) : span->begin;
    return begin;
}

std::optional<Instant> Windows::next_end(Instant after) const {
    if (contains(after)) return end_of(after);
    const auto begin = next_begin(after);
    return begin ? end_of(*begin) : std::nullopt;
}

std::optional<Instant> Windows::next_change(Instant after) const {
    return contains(after) ? end_of(after) : next_begin(after);
}

}  // namespace samovar::scheduler
