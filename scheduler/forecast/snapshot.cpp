#include "scheduler/forecast/snapshot.hpp"

#include <cmath>
#include <concepts>
#include <stdexcept>
#include <string>
#include <type_traits>

#include "scheduler/forecast/guarded_forecast.hpp"

namespace samovar::scheduler {
namespace {

constexpr Minute kLatest = 1'000'000'000'000;  // in two million years
constexpr float kCounts = 16'777'215.0f;       // as far as a float counts exactly
constexpr auto kWeightLimit = static_cast<float>(kMostWeight);
constexpr float kMinutesSeen = 1000;  // above every memory of a CallRate

// Calls take(number, name, least, most, whole) for each number of a history, in the order of the
// snapshot. `History` may be const.
template <class SomeHistory, class Take>
void each_number(SomeHistory& history, Take take)
    requires std::same_as<std::remove_const_t<SomeHistory>, History>
{
    constexpr bool kWhole = true, kAny = false;
    take(history.calls, "calls", 0.0f, kCounts, kWhole);
    take(history.watched, "watched", 0.0f, kCounts, kWhole);
    take(history.age, "age", 0.0f, kCounts, kWhole);
    take(history.previous_gap, "previous gap", 0.0f, kCounts, kWhole);
    take(history.gap_before, "gap before", 0.0f, kCounts, kWhole);
    take(history.typical_gap, "typical gap", 0.0f, kCounts, kAny);
    take(history.log_gap, "logarithm of the gap", 0.0f, 32.0f, kAny);
    take(history.log_gap_variance, "variance of the gap", 0.0f, 1024.0f, kAny);
    for (auto& gap : history.recent_gaps)
        take(gap, "recent gap", 0.0f, kCounts, kWhole);
    take(history.next_recent_gap, "next recent gap", 0.0f, static_cast<float>(kRecentGaps - 1),
         kWhole);
    take(history.rate_30, "rate of 30 minutes", 0.0f, 1.0f, kAny);
    take(history.rate_240, "rate of 240 minutes", 0.0f, 1.0f, kAny);
    const auto take_rates = [&](auto& rates, const char* name) {
        for (auto& rate : rates) {
            take(rate.calls, name, 0.0f, kMinutesSeen, kAny);
            take(rate.minutes, name, 0.0f, kMinutesSeen, kAny);
        }
    };
    take_rates(history.by_clock, "calls by the clock");
    take_rates(history.by_age, "calls by age");
    take_rates(history.by_age_and_gap, "calls by age and gap");
}

template <class SomeLedger, class Take>
void each_number(SomeLedger& ledger, Take take)
    requires std::same_as<std::remove_const_t<SomeLedger>, Ledger>
{
    const auto take_account = [&](auto& account) {
        take(account.cold_starts, "cold starts", 0.0f, kCounts, false);
        take(account.idle_minutes, "idle minutes", 0.0f, kCounts, false);
        take(account.loads, "loads", 0.0f, kCounts, false);
        take(account.hot, "hot", 0.0f, 1.0f, true);
    };
    for (auto& account : ledger.alone)
        take_account(account);
    take_account(ledger.followed);
}

[[noreturn]] void refuse(const std::string& what) {
    throw std::invalid_argument("a snapshot of a forecast " + what +
                                "; without it the forecast starts anew");
}

float checked(float number, const char* name, float least, float most, bool whole) {
    if (!(number >= least && number <= most) || (whole && number != std::floor(number)))
        refuse("holds " + std::to_string(number) + " as " + name + ", not " +
               (whole ? "a whole number" : "a number") + " from " + std::to_string(least) + " to " +
               std::to_string(most));
    return number;
}

}  // namespace

std::size_t snapshot_numbers() {
    std::size_t count = std::tuple_size_v<Weights>;
    const auto tally = [&](const auto&...) { ++count; };
    const History history;
    const Ledger ledger;
    each_number(history, tally);
    each_number(ledger, tally);
    return count;
}

ForecastSnapshot GuardedForecast::snapshot() const {
    ForecastSnapshot made{.minute = forecast_.last_minute(), .numbers = {}};
    made.numbers.reserve(snapshot_numbers());
    const auto keep = [&](float number, auto&&...) { made.numbers.push_back(number); };
    each_number(forecast_.history(), keep);
    each_number(ledger_, keep);
    for (const double weight : forecast_.own_weights())
        made.numbers.push_back(static_cast<float>(weight));
    return made;
}

GuardedForecast GuardedForecast::restore(const ForecastSnapshot& snapshot,
                                         const Population& population) {
    if (snapshot.version != ForecastSnapshot::kVersion)
        refuse("is of version " + std::to_string(snapshot.version) + ", and this reads version " +
               std::to_string(ForecastSnapshot::kVersion));
    if (snapshot.numbers.size() != snapshot_numbers())
        refuse("holds " + std::to_string(snapshot.numbers.size()) + " numbers and not " +
               std::to_string(snapshot_numbers()));
    if (snapshot.minute < -kLatest || snapshot.minute > kLatest)
        refuse("is of minute " + std::to_string(snapshot.minute) + ", beyond all calendars");
    GuardedForecast made(population);
    auto next = snapshot.numbers.begin();
    const auto take = [&](float& place, auto... limits) { place = checked(*next++, limits...); };
    History history;
    Weights own{};
    each_number(history, take);
    each_number(made.ledger_, take);
    for (double& weight : own)
        weight = double{checked(*next++, "weight", -kWeightLimit, kWeightLimit, false)};
    made.forecast_ = Forecast(population, history, own, snapshot.minute);
    return made;
}

}  // namespace samovar::scheduler
