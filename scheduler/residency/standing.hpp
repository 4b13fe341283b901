#pragma once
// What is known of one model when its rung is decided.

#include <optional>

#include "scheduler/residency/rules.hpp"

namespace samovar::scheduler {

using WallTime = std::chrono::sys_time<Duration>;

// Both clocks at one moment: durations run on the steady one, the calendar on the wall's.
struct Now {
    Time steady;
    WallTime wall;

    Instant instant() const { return std::chrono::floor<std::chrono::seconds>(wall); }
    // When the steady clock reads what `instant` is on the wall, as far as can be known now.
    Time at(Instant instant) const { return steady + (instant - wall); }
    Now later(Time time) const { return {time, wall + (time - steady)}; }
    // How far the wall's clock is ahead, which changes when somebody sets it.
    Duration wall_ahead() const { return wall.time_since_epoch() - steady.time_since_epoch(); }
    // What the wall's clock read, or will read, at that time of the steady one; and the inverse.
    WallTime on_wall(Time time) const { return wall + (time - steady); }
    Time on_steady(WallTime time) const { return steady + (time - wall); }
};

// A wish of an operator. A later one takes its place.
struct Wish {
    enum class Kind { pin, hold, load, park, unload } kind;
    Time since;
    // None: a pin or a hold until it is taken back; a load counts as a use and no more; a park or
    // an unload until the model is used, or something else brings it up anew.
    std::optional<Time> until;
};

// A model that had to make room.
struct Displaced {
    Rung to;
    // When it would have gone anyway; none: only room brings it back.
    std::optional<Time> until;
};

struct Standing {
    std::size_t jobs = 0;           // waiting or running
    std::optional<Time> last_call;  // when the last job came
    std::optional<Time> last_use;   // when the last job ended
    std::optional<Time> last_warm;  // the last warm-up that counts as a use
    Cause warmed_by = Cause::preload;
    std::optional<Time> last_release;
    std::optional<KeepAlive> asked;  // by the last job, over the rules' keep_alive
    std::optional<Wish> wish;
    std::optional<Displaced> displaced;
    Duration lead{};           // what a load takes, so much earlier it must begin
    bool called_soon = false;  // the forecast's word, good until:
    std::optional<Time> forecast_until;
    bool can_park = true;  // whether parking gives anything back
};

}  // namespace samovar::scheduler
