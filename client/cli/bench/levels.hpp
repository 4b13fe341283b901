#pragma once
// What `samovar bench` goes through: so many callers, or so many calls a second.

#include <string>
#include <string_view>
#include <vector>

#include <samovar/error.hpp>

namespace samovar::cli {

struct Levels {
    std::vector<double> values;  // rising
    bool refined = false;        // levels between two neighbours may be looked at, too
};

// "8" and "1,4,16": these; "100..500:100": by steps; "1..32": doubled each time, and refined.
// `whole`: fractions are refused. `option` names it in errors. Errors: `invalid_argument` for other
// words, what does not rise, what is not above 0 and up to a million, and more than 64 levels.
Result<Levels> parse_levels(std::string_view word, std::string_view option, bool whole);

}  // namespace samovar::cli
