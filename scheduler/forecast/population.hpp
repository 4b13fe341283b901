#pragma once
#include <array>
#include <cstdint>
#include <vector>

#include "scheduler/forecast/scales.hpp"

namespace samovar::scheduler {

// The estimators whose opinions are mixed, in the order of Estimates::stretched.
enum Estimator : std::size_t {
    kEveryoneByGaps,     // the population at this age, given typical and previous gap
    kEveryoneByTwoGaps,  // at this age, given the last two gaps
    kEveryoneByRates,    // at this age, given the rates of 30 and of 240 minutes
    kEveryoneByRhythm,   // at this share of the usual gap, given how regular the gaps are
    kOwnByAge,           // the model itself at this age
    kOwnByAgeAndGap,     // the same, given its previous gap
    kOwnByClock,         // in this minute of the hour
    kOwnByRecentGaps,    // going by its last 16 gaps, to the minute
    kOwnRecentRate,      // of the last half hour
    kOwnRate,            // since its first call
    kEstimators,
};

inline constexpr std::size_t kGapsCells = kGapClasses * kGapClasses * kAges;
inline constexpr std::size_t kRatesCells = kRateClasses * kRateClasses * kAges;
inline constexpr std::size_t kRhythmRatios = 32, kRhythmSpreads = 8, kExperiences = 4;
inline constexpr std::size_t kRhythmCells = kRhythmRatios * kRhythmSpreads * kExperiences;

// One weight an estimator, and a constant.
using Weights = std::array<double, kEstimators + 1>;

inline constexpr std::size_t kAgeSets = 12 * kExperiences;
inline constexpr std::size_t kGapSets = kGapClasses * 8;
inline constexpr std::size_t kEvidenceSets = 8 * 4;

// A model's weights are the sum of one set of each kind, and of its own.
struct MixingWeights {
    std::vector<Weights> by_age{kAgeSets};            // and experience
    std::vector<Weights> by_gap{kGapSets};            // and share of the usual gap
    std::vector<Weights> by_evidence{kEvidenceSets};  // how much it has seen of itself at this age
};

inline constexpr double kCellUnit = 32;
inline constexpr double kWeightUnit = 4096;

// What models have in common: learned from a trace by train/, the same for all, and never changed
// afterwards. So no model's forecast depends on another's calls.
struct Population {
    // Stretched chances in units of 1 / kCellUnit.
    std::vector<std::int16_t> by_gaps, by_two_gaps, by_rates, by_rhythm;
    MixingWeights weights;
};

// The same as a generated file holds it. `chances`: kAges numbers by age alone and one of all
// minutes, with which the tables are filled; then for each table in turn runs of those cells that
// the trace knew, {first cell, how many, chances...}, ended by {0, 0}. `weights`: every set of each
// kind in turn.
struct PackedPopulation {
    std::vector<std::int16_t> chances, weights;  // in units of 1 / kCellUnit and 1 / kWeightUnit
};

// Throws std::invalid_argument where the numbers do not make whole tables.
Population unpack_population(const PackedPopulation& packed);

// What is shipped: defaults.inc, made by ./dev train-forecast.
const Population& shipped_population();

}  // namespace samovar::scheduler
