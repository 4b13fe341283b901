#pragma once
#include "scheduler/forecast/mixer.hpp"

namespace samovar::scheduler {

// Will this model be called in the next minute? One object a model; it is told of every minute and
// learns from it, which takes about a microsecond. For one thread. docs/adr/0011-forecast.md.
class Forecast {
  public:
    // `population` outlives the forecast.
    explicit Forecast(const Population& population = shipped_population());

    // What became of a minute that has ended. Minutes that were left out (the daemon was away) make
    // the last call older and teach nothing. A minute that is not later than the last one says that
    // the clock was set back: it counts as the next.
    void observe(Minute minute, bool called);

    // The chance of a call in the minute that comes `ahead` minutes after the next one, given that
    // there is none until then; 0 for a model that was never called.
    double chance(int ahead = 0) const;

    // The opinions behind chance(), for what trains the population.
    const Estimates& estimates() const noexcept { return next_; }
    const History& history() const noexcept { return history_; }

    const Weights& own_weights() const noexcept { return own_; }
    Minute last_minute() const noexcept { return last_; }

    // One that knows what another knew.
    Forecast(const Population& population, const History& history, const Weights& own, Minute last);

  private:
    // The estimates for the minute after last_.
    void look_at_next();

    const Population* population_;
    History history_;
    Weights own_{};    // on top of the population's
    Minute last_ = 0;  // the minute observed last
    Habits habits_;
    Estimates next_;
    double next_chance_ = 0;
};

}  // namespace samovar::scheduler
