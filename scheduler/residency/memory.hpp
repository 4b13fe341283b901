#pragma once
// What is remembered of a model when the daemon ends, so that the next one goes on from there.

#include <optional>

#include "scheduler/forecast/snapshot.hpp"
#include "scheduler/residency/standing.hpp"
#include "scheduler/residency/warmth.hpp"

namespace samovar::scheduler {

struct Memory {
    // A steady clock's times mean nothing to another boot of the machine: these are the wall's.
    std::optional<WallTime> last_use, last_warm, last_release;
    Cause warmed_by = Cause::preload;
    struct Wished {
        Wish::Kind kind;
        WallTime since;
        std::optional<WallTime> until;

        bool operator==(const Wished&) const = default;
    };
    std::optional<Wished> wish;
    Duration lead{};
    bool can_park = true;
    std::optional<ForecastSnapshot> forecast;
    WarmthMemory warmth;
};

}  // namespace samovar::scheduler
