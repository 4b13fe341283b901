#pragma once
// Which rung a model belongs on, and by which rule.

#include <optional>

#include "scheduler/residency/standing.hpp"

namespace samovar::scheduler {

struct Verdict {
    Rung rung = Rung::cold;
    Rule rule = Rule::idle;

    bool operator==(const Verdict&) const = default;
};

// The rules are asked in the order of `Rule`; the first that has a say decides. Pure, and total:
// every model has a rung at every time.
Verdict decide(const ResidencyRules& rules, const Standing& standing, const Now& now);

// When decide() may come to say something else without anything happening, strictly later than
// now; none where time alone changes nothing. It may be early, never late.
std::optional<Time> next_review(const ResidencyRules& rules, const Standing& standing,
                                const Now& now);

// What an event says of the move to where a verdict wants the model.
Cause cause_of(const Verdict& verdict, const ResidencyRules& rules,
               const Standing& standing) noexcept;

}  // namespace samovar::scheduler
