#include "scheduler/forecast/contexts.hpp"

#include <algorithm>
#include <bit>
#include <cmath>

#include "scheduler/forecast/logistic.hpp"

namespace samovar::scheduler {
namespace {

std::size_t octaves_below(std::size_t count, double x) noexcept {
    const auto width = std::bit_width(static_cast<unsigned>(x));
    return std::min(count - 1, static_cast<std::size_t>(width));
}

}  // namespace

Habits habits_of(const History& history) noexcept {
    Habits made;
    if (history.calls > 1) {
        made.typical_gap = gap_class(double{history.typical_gap});
        made.previous_gap = gap_class(double{history.previous_gap});
    }
    if (history.calls > 2) made.gap_before = gap_class(double{history.gap_before});
    made.own_gap = history.own_gap_class();
    const double spread = 4 * std::sqrt(double{history.log_gap_variance});
    made.spread = static_cast<std::size_t>(std::min(spread, double{kRhythmSpreads - 1}));
    made.experience = octaves_below(2 * kExperiences, double{history.calls}) / 2;
    return made;
}

std::size_t rhythm_ratio(const History& history, double age) noexcept {
    if (history.calls < 2) return kRhythmRatios - 1;
    const double thirds = 15 + 3 * (binary_log(age) - double{history.log_gap});
    return static_cast<std::size_t>(std::clamp(thirds, 0.0, double{kRhythmRatios - 2}));
}

PopulationCell cell_of(const Habits& habits, std::size_t bucket, std::size_t ratio, double rate_30,
                       double rate_240) noexcept {
    const std::size_t rates = rate_class(rate_30) * kRateClasses + rate_class(rate_240);
    return {.gaps = (habits.typical_gap * kGapClasses + habits.previous_gap) * kAges + bucket,
            .two_gaps = (habits.previous_gap * kGapClasses + habits.gap_before) * kAges + bucket,
            .rates = rates * kAges + bucket,
            .rhythm = (ratio * kRhythmSpreads + habits.spread) * kExperiences + habits.experience};
}

WeightSets sets_of(const Habits& habits, double age, std::size_t ratio, double watched,
                   double gaps) noexcept {
    const std::size_t lasted = std::min<std::size_t>(3, static_cast<std::size_t>(gaps));
    return {.age = octaves_below(12, age) * kExperiences + habits.experience,
            .gap = habits.previous_gap * 8 + ratio / 4,
            .evidence = octaves_below(8, watched) * 4 + lasted};
}

}  // namespace samovar::scheduler
