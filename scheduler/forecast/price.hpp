#pragma once
#include <chrono>
#include <cstdint>
#include <functional>

namespace samovar::scheduler {

// What keeping a model hot may cost. The unit is one cold start: a call that has to wait for the
// load.
struct Price {
    double idle_minute = 0.01;  // of a minute hot without a call; above 0
    double load = 0;            // of a load, whoever waits for it; 0 or more
};

// What `price = "auto"` and a daemon's loads are charged, where nobody says otherwise.
inline constexpr double kLeastPrice = 1e-4, kMostPrice = 10;
// What may be given by hand, for a model and for a replay.
inline constexpr double kLeastGivenPrice = 1e-6, kMostGivenPrice = 1000;
inline constexpr double kUsualLoadPrice = 0.05;

// The price of an idle minute of a model that holds `bytes` of the `device_bytes` that its device
// can give, and whose first call waits `cold_start` longer than a call to a hot model (measured).
// A second of waiting counts as much as kWaitWorth seconds of the whole device.
inline constexpr double kWaitWorth = 100;
double automatic_price(std::uint64_t bytes, std::uint64_t device_bytes,
                       std::chrono::nanoseconds cold_start) noexcept;

// For how many whole minutes ahead a load must begin to be over in time.
int minutes_ahead(std::chrono::nanoseconds load_time) noexcept;

// Whether a model should be hot in the next minute. `hot`: it is so now; `chance(k)`: that it is
// called k minutes after the next one, given that it is not called until then; `ahead`: as
// minutes_ahead(). docs/adr/0011-forecast.md derives the rule.
bool worth_being_hot(bool hot, const Price& price, int ahead,
                     const std::function<double(int)>& chance);

// How many minutes the rule looks past `ahead` where loads cost something.
inline constexpr int kHorizon = 24;
// The longest load that is looked ahead for, minutes.
inline constexpr int kMostAhead = 30;

}  // namespace samovar::scheduler
