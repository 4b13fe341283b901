#pragma once
// Why a model is where it is, for people.

#include <string>
#include <string_view>

#include "scheduler/residency/foresight.hpp"
#include "scheduler/residency/ladder.hpp"

namespace samovar::scheduler {

// One paragraph: the state, since when and for what cause; the rule that decides; what comes next,
// and when. Times of day are of `zone`; `forecast` is there where the model has one.
std::string explain(std::string_view name, const Ladder::View& model, const Now& now,
                    const Zone& zone, const std::optional<Foresight::View>& forecast = {});

// "45 s", "3 min", "5 h 12 min", "2 d 3 h".
std::string in_words(Duration duration);

}  // namespace samovar::scheduler
