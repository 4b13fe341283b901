#include "scheduler/forecast/population.hpp"

#include <algorithm>
#include <span>
#include <stdexcept>

namespace samovar::scheduler {
namespace {

// Numbers taken one after the other.
class Numbers {
  public:
    explicit Numbers(std::span<const std::int16_t> left) : left_(left) {}

    std::int16_t take() { return take(1).front(); }
    std::span<const std::int16_t> take(std::size_t count) {
        if (count > left_.size())
            throw std::invalid_argument("a packed population ends inside a table");
        const auto taken = left_.first(count);
        left_ = left_.subspan(count);
        return taken;
    }
    void expect_end() const {
        if (!left_.empty())
            throw std::invalid_argument("a packed population goes on behind its last table");
    }

  private:
    std::span<const std::int16_t> left_;
};

// Writes the runs of one table over what fills it.
void take_runs(Numbers& numbers, std::vector<std::int16_t>& table) {
    for (;;) {
        const int first = numbers.take(), count = numbers.take();
        if (count == 0) return;
        if (first < 0 || count < 0 || static_cast<std::size_t>(first + count) > table.size())
            throw std::invalid_argument("a packed population has a run outside of its table");
        const auto run = numbers.take(static_cast<std::size_t>(count));
        std::copy(run.begin(), run.end(), table.begin() + first);
    }
}

void take_sets(Numbers& numbers, std::vector<Weights>& sets) {
    for (Weights& weights : sets)
        for (double& weight : weights)
            weight = numbers.take() / kWeightUnit;
}

// As many cells as asked for, the age of which runs fastest.
std::vector<std::int16_t> by_age_alone(std::span<const std::int16_t> ages, std::size_t cells) {
    std::vector<std::int16_t> table;
    while (table.size() < cells)
        table.insert(table.end(), ages.begin(), ages.end());
    return table;
}

}  // namespace

Population unpack_population(const PackedPopulation& packed) {
    Population made;
    Numbers chances(packed.chances);
    const auto ages = chances.take(kAges);
    made.by_gaps = made.by_two_gaps = by_age_alone(ages, kGapsCells);
    made.by_rates = by_age_alone(ages, kRatesCells);
    made.by_rhythm.assign(kRhythmCells, chances.take());
    for (auto* table : {&made.by_gaps, &made.by_two_gaps, &made.by_rates, &made.by_rhythm})
        take_runs(chances, *table);
    chances.expect_end();

    Numbers weights(packed.weights);
    take_sets(weights, made.weights.by_age);
    take_sets(weights, made.weights.by_gap);
    take_sets(weights, made.weights.by_evidence);
    weights.expect_end();
    return made;
}

}  // namespace samovar::scheduler
