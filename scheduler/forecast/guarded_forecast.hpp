#pragma once
#include "scheduler/forecast/forecast.hpp"
#include "scheduler/forecast/ledger.hpp"

namespace samovar::scheduler {

struct ForecastSnapshot;

// On what terms a model is kept hot. They may change from minute to minute.
struct Terms {
    Price price;
    int keep_alive = 10;  // the configured one, minutes after a minute with a call; 0: none
    int ahead = 0;        // how long a load takes, see minutes_ahead()
};

// Whether to keep one model hot in the next minute: as the forecast says, or, for a model at which
// it fails, as the configured keep-alive does, or never. One object a model, told of every minute,
// for one thread. docs/adr/0011-forecast.md.
class GuardedForecast {
  public:
    // `population` outlives it.
    explicit GuardedForecast(const Population& population = shipped_population())
        : forecast_(population) {}

    // What became of a minute that has ended, see Forecast::observe().
    void observe(Minute minute, bool called, const Terms& terms);
    // Whether to be hot in the next minute. `hot`: it is now.
    bool wants_hot(bool hot, const Terms& terms) const;

    const Forecast& forecast() const noexcept { return forecast_; }
    Guide follows() const noexcept { return ledger_.follows(); }

    // All that it knows, and the inverse; throws std::invalid_argument naming what is out of range.
    ForecastSnapshot snapshot() const;
    static GuardedForecast restore(const ForecastSnapshot& snapshot,
                                   const Population& population = shipped_population());

  private:
    bool by_forecast(bool hot, const Terms& terms) const;
    bool by_keep_alive(const Terms& terms) const;

    Forecast forecast_;
    Ledger ledger_;
};

}  // namespace samovar::scheduler
