// The shipped population: expands the numbers of defaults.inc, which ./dev train-forecast makes.
#include <cstdint>
#include <iterator>

#include "scheduler/forecast/population.hpp"

namespace samovar::scheduler {
namespace {

#include "scheduler/forecast/defaults.inc"

}  // namespace

const Population& shipped_population() {
    static const Population kShipped =
        unpack_population({.chances = {std::begin(kChances), std::end(kChances)},
                           .weights = {std::begin(kMixingWeights), std::end(kMixingWeights)}});
    return kShipped;
}

}  // namespace samovar::scheduler
