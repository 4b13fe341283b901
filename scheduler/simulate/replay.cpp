#include "scheduler/simulate/replay.hpp"

#include <cmath>
#include <utility>

namespace samovar::scheduler {
namespace {

constexpr std::size_t kShareSteps = 10'000;  // hundredths of a percent

// The value that `share` of the functions do not exceed, between neighbours in proportion; percent.
double percentile(const std::vector<std::uint64_t>& counts, double share) {
    std::uint64_t all = 0;
    for (const std::uint64_t count : counts)
        all += count;
    if (all == 0) return 0;
    const double place = share * static_cast<double>(all - 1);
    const auto value_at = [&](std::uint64_t rank) {
        std::uint64_t below = 0;
        std::size_t step = 0;
        while (below + counts[step] <= rank)
            below += counts[step++];
        return 100 * static_cast<double>(step) / static_cast<double>(kShareSteps);
    };
    const auto low = static_cast<std::uint64_t>(place);
    const double part = place - static_cast<double>(low);
    const double under = value_at(low);
    return part > 0 ? under + part * (value_at(low + 1) - under) : under;
}

}  // namespace

Replay::Replay(std::vector<PolicyChoice> policies) {
    for (PolicyChoice& policy : policies) {
        Outcome none;
        none.policy = policy.name;
        accounts_.push_back({std::move(policy), none, Shares(kShareSteps + 1)});
    }
}

void Replay::replay(Account& account, const CalledMinutes& function) {
    const std::unique_ptr<Policy> policy = account.policy.make();
    policy->foresee(function);
    Outcome& sum = account.sum;
    std::uint64_t calls = 0, cold = 0;
    bool hot = false;
    for (std::size_t i = 0; i < function.size(); ++i) {
        const auto minute = static_cast<Minute>(i);
        const bool called = function[i];
        const bool wanted = policy->wants_hot(minute, hot);
        if (called) ++calls;
        if (called && !wanted) ++cold;
        if (wanted && !called) ++sum.idle_minutes;
        // A policy that lets go just before a call pays the load again.
        if (wanted ? !hot : called) ++sum.loads;
        hot = wanted || called;
        policy->observe(minute, called);
    }
    ++sum.functions;
    sum.call_minutes += calls;
    sum.cold_starts += cold;
    if (calls == 0) return;
    const double share = static_cast<double>(cold) / static_cast<double>(calls);
    ++account.shares[static_cast<std::size_t>(std::lround(share * double{kShareSteps}))];
}

void Replay::add(const CalledMinutes& function) {
    for (Account& account : accounts_)
        replay(account, function);
}

std::vector<Outcome> Replay::outcomes() const {
    std::vector<Outcome> made;
    for (const Account& account : accounts_) {
        made.push_back(account.sum);
        made.back().p75_cold_percent = percentile(account.shares, 0.75);
    }
    return made;
}

}  // namespace samovar::scheduler
