#pragma once
// When to keep one model hot, as a rule of its own: the forecast of the daemon, and what it is
// compared with.

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "scheduler/calendar/zone.hpp"
#include "scheduler/forecast/guarded_forecast.hpp"

namespace samovar::scheduler {

// 00:00 UTC, for traces that do not say when they began.
inline constexpr Instant kSomeMonday =
    std::chrono::sys_days(std::chrono::year(2024) / std::chrono::January / 1);

// Of one model. Asked once a minute, in order, and told afterwards what came of the minute.
class Policy {
  public:
    Policy() = default;
    Policy(const Policy&) = delete;
    Policy& operator=(const Policy&) = delete;
    virtual ~Policy() = default;

    // Before the first minute: all of them. Only the oracle looks.
    virtual void foresee(const CalledMinutes&) {}
    // Whether to be hot in `minute`. `hot`: it was so at the end of the minute before.
    virtual bool wants_hot(Minute minute, bool hot) = 0;
    virtual void observe(Minute, bool /*called*/) {}
};

// A policy by name; `make` gives one for each model.
struct PolicyChoice {
    std::string name;
    std::function<std::unique_ptr<Policy>()> make;
};

// Hot in the `minutes` minutes after a minute with a call.
PolicyChoice fixed_policy(int minutes);

// The histogram policy of Shahrad et al., "Serverless in the Wild", USENIX ATC 2020, with its
// published parameters: gaps up to 240 minutes, head and tail at the 5th and 99th percentile,
// margins of 10 percent, the histogram trusted where the variation of its bins is 2 or more, and
// else hot for 240 minutes. Where most gaps are longer, the paper fits an ARIMA model, with a
// margin of 15 percent; here the mean of those gaps stands for it.
PolicyChoice hybrid_policy();

// `population` outlives the policies.
PolicyChoice forecast_policy(const Terms& terms,
                             const Population& population = shipped_population());

// Hot in the minutes that `hot` names.
PolicyChoice predicate_policy(std::string name, std::function<bool(Minute)> hot);

// Knows the future: loads just in time, and is hot in no minute without a call.
PolicyChoice oracle_policy();

// "fixed:10", "hybrid", "forecast", "forecast:price=0.01,load=0.05", "oracle", or
// "window:mon-fri 08:00-18:30 Europe/Berlin", for which minute 0 of a trace is at `start`. Throws
// std::invalid_argument: what was wrong, and what can be written.
PolicyChoice parse_policy(std::string_view text, Instant start = kSomeMonday);

}  // namespace samovar::scheduler
