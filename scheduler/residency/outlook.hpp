#pragma once
// What comes of a model when nobody calls it and nobody says anything: what the calendar, its cron
// entries, the clock and its keep-alive do. What a forecast will say, and when there is room again,
// cannot be seen.

#include <optional>

#include "scheduler/residency/decide.hpp"

namespace samovar::scheduler {

struct Outlook {
    Time when;
    Verdict verdict;
};

// The next time at which a model that is `at` a rung, or on its way there, comes to another; none
// where it stays for as far as can be seen.
std::optional<Outlook> outlook(const ResidencyRules& rules, const Standing& standing, Rung at,
                               const Now& now);

// When such a model is cold for the first time; none where that is too far away to be seen.
std::optional<Time> cold_at(const ResidencyRules& rules, const Standing& standing, Rung at,
                            const Now& now);

}  // namespace samovar::scheduler
