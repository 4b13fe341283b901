#include "scheduler/forecast/train/tables.hpp"

#include <algorithm>
#include <cmath>
#include <functional>

#include "scheduler/forecast/logistic.hpp"

namespace samovar::scheduler {
namespace {

// For how many minutes the parent of a cell counts.
constexpr double kAllPrior = 1, kAgePrior = 1, kParentPrior = 3, kCellPrior = 6;

std::int16_t packed(double chance) {
    return static_cast<std::int16_t>(std::lround(stretch(chance) * kCellUnit));
}

// Runs of the cells that `seen`, see PackedPopulation.
void pack_runs(std::size_t cells, const std::function<bool(std::size_t)>& seen,
               const std::function<double(std::size_t)>& chance, std::vector<std::int16_t>& into) {
    std::size_t cell = 0;
    while (cell < cells) {
        const std::size_t first = cell;
        while (cell < cells && seen(cell))
            ++cell;
        if (cell == first) {
            ++cell;
            continue;
        }
        into.push_back(static_cast<std::int16_t>(first));
        into.push_back(static_cast<std::int16_t>(cell - first));
        for (std::size_t one = first; one < cell; ++one)
            into.push_back(packed(chance(one)));
    }
    into.insert(into.end(), {0, 0});
}

}  // namespace

TableCounts::TableCounts()
    : ages_(kAges),
      typical_gaps_(kGapClasses * kAges),
      previous_gaps_(kGapClasses * kAges),
      ratios_(kRhythmRatios),
      gaps_(kGapsCells),
      two_gaps_(kGapsCells),
      rates_(kRatesCells),
      rhythm_(kRhythmCells) {}

double TableCounts::Count::shrunk_to(double prior, double weight) const {
    return (static_cast<double>(calls) + weight * prior) / (static_cast<double>(minutes) + weight);
}

void TableCounts::add(Count& count, bool called) {
    ++count.minutes;
    count.calls += called ? 1 : 0;
}

double TableCounts::of_age(std::size_t bucket) const {
    constexpr double kBefore = 0.05;  // calls a minute, before anything is counted
    return ages_[bucket].shrunk_to(all_.shrunk_to(kBefore, kAllPrior), kAgePrior);
}

void TableCounts::count(const CalledMinutes& model) {
    History history;
    for (std::size_t minute = 0; minute < model.size(); ++minute) {
        const bool called = model[minute];
        if (history.ever_called()) {
            const double age = double{history.age} + 1;
            const std::size_t bucket = age_bucket(age);
            const PopulationCell at =
                cell_of(habits_of(history), bucket, rhythm_ratio(history, age),
                        double{history.rate_30}, double{history.rate_240});
            add(all_, called);
            add(ages_[bucket], called);
            add(typical_gaps_[at.gaps / kAges / kGapClasses * kAges + bucket], called);
            add(previous_gaps_[at.two_gaps / kAges / kGapClasses * kAges + bucket], called);
            add(ratios_[at.rhythm / kRhythmSpreads / kExperiences], called);
            add(gaps_[at.gaps], called);
            add(two_gaps_[at.two_gaps], called);
            add(rates_[at.rates], called);
            add(rhythm_[at.rhythm], called);
        }
        history.observe(static_cast<Minute>(minute), called);
    }
}

std::vector<std::int16_t> TableCounts::pack() const {
    std::vector<std::int16_t> made;
    for (std::size_t bucket = 0; bucket < kAges; ++bucket)
        made.push_back(packed(of_age(bucket)));
    const double all = all_.shrunk_to(0.05, kAllPrior);
    made.push_back(packed(all));

    const auto pack = [&](const std::vector<Count>& table, auto prior) {
        pack_runs(
            table.size(), [&](std::size_t cell) { return table[cell].minutes > 0; },
            [&](std::size_t cell) { return table[cell].shrunk_to(prior(cell), kCellPrior); }, made);
    };
    const auto given_one_gap = [&](const std::vector<Count>& parents) {
        return [&](std::size_t cell) {
            const std::size_t bucket = cell % kAges;
            return parents[cell / kAges / kGapClasses * kAges + bucket].shrunk_to(of_age(bucket),
                                                                                  kParentPrior);
        };
    };
    pack(gaps_, given_one_gap(typical_gaps_));
    pack(two_gaps_, given_one_gap(previous_gaps_));
    pack(rates_, [&](std::size_t cell) { return of_age(cell % kAges); });
    pack(rhythm_, [&](std::size_t cell) {
        return ratios_[cell / kRhythmSpreads / kExperiences].shrunk_to(all, kParentPrior);
    });
    return made;
}

}  // namespace samovar::scheduler
