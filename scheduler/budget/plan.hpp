#pragma once
// Which idle models make room, and on which rung they end.

#include <cstdint>
#include <vector>

#include "scheduler/residency/rules.hpp"

namespace samovar::scheduler {

using Bytes = std::uint64_t;
inline constexpr Bytes kUnlimited = ~Bytes{0};

// a - b, but never below zero.
constexpr Bytes less(Bytes a, Bytes b) {
    return a > b ? a - b : 0;
}

// What grows with each call and halves in every kHalfLife: how often a model is used of late.
struct Usage {
    static constexpr Duration kHalfLife = std::chrono::hours(1);

    double calls = 0;
    Time last{};

    void call(Time now);
    double at(Time now) const;
};

// An idle model that may make room.
struct Candidate {
    ModelId model = 0;
    Bytes on_device = 0;   // given back when it leaves
    Bytes on_host = 0;     // taken of the host's memory where it parks
    bool can_park = true;  // whether that gives its device's bytes back
    double calls = 0;      // Usage::at(now)
    double cost = 0;       // seconds to bring it back
    Time last_use{};

    // frequency x cost to bring back / bytes: what a byte of it saves.
    double worth() const;
};

// A model steps down to make room.
struct Displace {
    ModelId model;
    Rung to;

    bool operator==(const Displace&) const = default;
};

struct Choice {
    std::vector<Displace> steps;  // the least worth first
    Bytes freed = 0;              // on the device
};

// Those worth least leave until `needed` bytes are free on the device; it is less than needed where
// all of them are not enough. None leaves that need not. Each is parked where it can and where
// `host_free` has room for it, else unloaded.
Choice choose(std::vector<Candidate> idle, Bytes needed, Bytes host_free);

}  // namespace samovar::scheduler
