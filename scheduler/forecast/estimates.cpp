#include "scheduler/forecast/estimates.hpp"

#include <algorithm>

#include "scheduler/forecast/logistic.hpp"

namespace samovar::scheduler {
namespace {

// For how many minutes the prior counts.
constexpr double kOwnPrior = 3;
constexpr double kClockPrior = 1;
constexpr double kGapsPrior = 1;

// Of the last gaps each counts so much less than the one after it; and of each, this share is
// spread over the two minutes beside it, for timers that drift over a minute's end.
constexpr double kOlderGap = 0.9;
constexpr double kBesideGap = 0.1;

// Weighted gaps of just this age, over those of this age or more.
struct GapEvidence {
    double ended = 0, lasted = 0;
};

GapEvidence recent_gaps_at(const History& history, float age) noexcept {
    GapEvidence seen;
    double weight = 1;
    auto place = static_cast<std::size_t>(history.next_recent_gap);
    for (std::size_t i = 0; i < kRecentGaps; ++i) {
        place = (place + kRecentGaps - 1) % kRecentGaps;
        const float off = history.recent_gaps[place] - age;
        if (history.recent_gaps[place] < 1) break;
        if (off >= 0) seen.lasted += weight;
        if (off == 0) seen.ended += weight * (1 - kBesideGap);
        if (off == 1 || off == -1) seen.ended += weight * kBesideGap / 2;
        if (off == -1) seen.lasted += weight * kBesideGap / 2;
        weight *= kOlderGap;
    }
    return seen;
}

// What is left of a rate that forgets one part in `memory` each minute, by minutes.
template <int memory>
constexpr auto kLeft = [] {
    std::array<double, kFurthest + 1> left{};
    left[0] = 1;
    for (std::size_t i = 1; i < left.size(); ++i)
        left[i] = left[i - 1] * (1 - 1.0 / memory);
    return left;
}();

}  // namespace

Estimates estimate(const History& history, const Habits& habits, const Population& population,
                   Minute minute, int ahead) noexcept {
    Estimates made;
    const float age = history.age + 1 + static_cast<float>(ahead);
    const auto later = static_cast<std::size_t>(std::clamp(ahead, 0, kFurthest));
    const double rate_30 = double{history.rate_30} * kLeft<30>[later];
    const double rate_240 = double{history.rate_240} * kLeft<240>[later];
    const std::size_t bucket = age_bucket(double{age});
    const std::size_t ratio = rhythm_ratio(history, double{age});
    made.cell = cell_of(habits, bucket, ratio, rate_30, rate_240);
    const auto known = [](const std::vector<std::int16_t>& table, std::size_t cell) {
        return table[cell] / kCellUnit;
    };
    std::array<double, kEstimators>& say = made.stretched;
    say[kEveryoneByGaps] = known(population.by_gaps, made.cell.gaps);
    say[kEveryoneByTwoGaps] = known(population.by_two_gaps, made.cell.two_gaps);
    say[kEveryoneByRates] = known(population.by_rates, made.cell.rates);
    say[kEveryoneByRhythm] = known(population.by_rhythm, made.cell.rhythm);

    const CallRate& by_age = history.by_age[bucket];
    const CallRate& by_gap = history.by_age_and_gap[bucket * kOwnGapClasses + habits.own_gap];
    const GapEvidence gaps = recent_gaps_at(history, age);
    const double everyone = squash(say[kEveryoneByGaps]);
    const double own = by_age.estimate(everyone, kOwnPrior);
    say[kOwnByAge] = stretch(own);
    say[kOwnByAgeAndGap] = stretch(by_gap.estimate(own, kOwnPrior));
    say[kOwnByClock] = stretch(history.by_clock[minute_of_hour(minute)].estimate(own, kClockPrior));
    say[kOwnByRecentGaps] =
        stretch((gaps.ended + kGapsPrior * everyone) / (gaps.lasted + kGapsPrior));
    say[kOwnRecentRate] = stretch(rate_30);
    say[kOwnRate] = stretch((double{history.calls} + 0.5) / (double{history.watched} + ahead + 10));

    made.sets = sets_of(habits, double{age}, ratio, double{by_age.minutes}, gaps.lasted);
    return made;
}

}  // namespace samovar::scheduler
