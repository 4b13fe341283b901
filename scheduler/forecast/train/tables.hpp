#pragma once
#include <cstdint>
#include <vector>

#include "scheduler/forecast/contexts.hpp"
#include "scheduler/forecast/train/trainer.hpp"

namespace samovar::scheduler {

// Calls and minutes of every cell of the population's tables, and of what the cells are shrunk to.
class TableCounts {
  public:
    TableCounts();

    // Counts all that a forecast goes through.
    void count(const CalledMinutes& model);
    // PackedPopulation::chances.
    std::vector<std::int16_t> pack() const;

  private:
    struct Count {
        std::int64_t calls = 0, minutes = 0;
        double shrunk_to(double prior, double weight) const;
    };
    static void add(Count& count, bool called);
    double of_age(std::size_t bucket) const;

    Count all_;
    std::vector<Count> ages_, typical_gaps_, previous_gaps_, ratios_;  // parents of the next
    std::vector<Count> gaps_, two_gaps_, rates_, rhythm_;
};

}  // namespace samovar::scheduler
