#pragma once
// What an operator writes about one model: when it is to be hot, parked or gone.

#include <chrono>
#include <optional>
#include <string_view>
#include <vector>

#include "scheduler/calendar/cron.hpp"
#include "scheduler/calendar/windows.hpp"
#include "scheduler/types.hpp"

namespace samovar::scheduler {

// How long a model stays after its last use; none: for ever.
using KeepAlive = std::optional<Duration>;

struct ResidencyRules {
    KeepAlive keep_alive = std::chrono::minutes(5);
    // After so long without use it is parked for the rest of its keep-alive; none: it never is.
    std::optional<Duration> park_after = std::chrono::minutes(1);
    bool preload = false;           // comes up when the daemon starts, as if it had been used then
    bool pinned = false;            // hot, and never evicted
    bool held = false;              // never loaded: its jobs are refused
    Windows hot{};                  // hot in these, and loaded before they begin
    std::vector<Cron> warm{};       // each is as good as a use
    std::vector<Cron> release{};    // each undoes the uses before it
    bool forecast = false;          // in the place of keep_alive: hot when a call is likely enough
    std::optional<double> price{};  // of the forecast, cold starts per idle minute; none: measured
    std::optional<Duration> self_warm{};  // a synthetic job at this interval while hot and idle
};

// Where a model can rest.
enum class Rung { cold, parked, hot };

// The rules in the order of their precedence: the first that has a say decides.
enum class Rule {
    hold,        // the operator's or the model file's: never load
    demand,      // jobs wait or run
    pin,         // the operator's or the model file's: always hot
    pressure,    // it had to make room
    sent_down,   // an operator parked or unloaded it
    sent_up,     // an operator loaded it for a given time
    window,      // a window of the calendar is open, or about to be
    forecast,    // a call is likely enough
    keep_alive,  // its last use is not long ago
    idle,        // nothing wants it
};

// Where a residency leads to when nothing interferes.
Rung rung_of(Residency residency) noexcept;

std::string_view to_string(Rung rung) noexcept;
std::string_view to_string(Rule rule) noexcept;

}  // namespace samovar::scheduler
