#pragma once
#include <cstdint>
#include <vector>

#include "scheduler/forecast/scales.hpp"

namespace samovar::scheduler {

// What a Forecast knows, as plain numbers that a file can hold.
struct ForecastSnapshot {
    // Of the meaning of `numbers`; grows whenever that changes.
    static constexpr std::uint32_t kVersion = 1;

    std::uint32_t version = kVersion;
    Minute minute = 0;           // the last one observed
    std::vector<float> numbers;  // always as many, see snapshot_numbers()
};

// How many numbers a snapshot of this version holds: 4.3 kB a model.
std::size_t snapshot_numbers();

}  // namespace samovar::scheduler
