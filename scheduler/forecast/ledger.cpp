#include "scheduler/forecast/ledger.hpp"

#include <algorithm>

namespace samovar::scheduler {
namespace {

// Chosen on self-made arrivals; of looser bounds some cost more than 1.1 times the better simple
// rule, and tighter ones forgo what the forecast gains on the trace.
//
// The forecast is left when what was paid, with the way there, exceeds the better of the others by
// this factor and this part of a cold start, and the forecast alone would have cost more, too;
constexpr double kLeaveAt = 1.04, kAllowed = 0.5;
// followed again when both have made up for it, or when it alone would have been this much better.
constexpr double kReturnAt = 1.02, kGoodAt = 0.9;
// The other two take turns for less.
constexpr double kTurnAt = 0.97;
// What each call leaves of the accounts: about the last 2000 calls count.
constexpr float kKept = 1 - 1.0f / 2000;

}  // namespace

void Ledger::settle(const std::array<bool, kGuides>& wanted, bool called) {
    settle(followed, wanted[static_cast<std::size_t>(follows_)], called);
    for (std::size_t i = 0; i < kGuides; ++i)
        settle(alone[i], wanted[i], called);
}

void Ledger::settle(Account& account, bool wanted, bool called) {
    const bool was_hot = account.hot != 0;
    if (called && !wanted) account.cold_starts += 1;
    if (wanted && !called) account.idle_minutes += 1;
    if (wanted ? !was_hot : called) account.loads += 1;
    account.hot = wanted || called ? 1.0f : 0.0f;
    if (!called) return;
    account.cold_starts *= kKept;
    account.idle_minutes *= kKept;
    account.loads *= kKept;
}

void Ledger::judge(const Price& price) {
    const auto cost = [&](const Account& account) {
        return double{account.idle_minutes} +
               (double{account.cold_starts} + price.load * double{account.loads}) /
                   price.idle_minute;
    };
    const auto cost_of = [&](Guide rule) { return cost(alone[static_cast<std::size_t>(rule)]); };
    const double forecast = cost_of(Guide::forecast);
    const double keep_alive = cost_of(Guide::keep_alive), never = cost_of(Guide::never);
    const double best = std::min(keep_alive, never), paid = cost(followed);
    if (follows_ == Guide::forecast) {
        if (forecast <= best || paid <= best * kLeaveAt + kAllowed / price.idle_minute) return;
    } else if (forecast <= best * kGoodAt ||
               (forecast <= best * kReturnAt && paid <= best * kReturnAt)) {
        follows_ = Guide::forecast;
        return;
    }
    const double now = follows_ == Guide::never ? never : keep_alive;
    if (follows_ == Guide::forecast || best < now * kTurnAt)
        follows_ = never < keep_alive ? Guide::never : Guide::keep_alive;
}

}  // namespace samovar::scheduler
