#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "scheduler/simulate/policy.hpp"

namespace samovar::scheduler {

// What one policy came to, over all functions.
struct Outcome {
    std::string policy;
    std::uint64_t functions = 0;
    std::uint64_t call_minutes = 0;  // minutes of a function with a call or more
    std::uint64_t cold_starts = 0;   // of them, those in which it was not hot
    std::uint64_t idle_minutes = 0;  // hot minutes without a call
    std::uint64_t loads = 0;         // by the policy, or by a cold start
    double p75_cold_percent = 0;     // 75th percentile of cold starts over call minutes, of the
                                     // functions that are called at all, to a hundredth

    // Idle minutes, and cold starts and loads at their prices: what the forecast's rule makes
    // least.
    double cost(const Price& price) const {
        return static_cast<double>(idle_minutes) +
               (static_cast<double>(cold_starts) + price.load * static_cast<double>(loads)) /
                   price.idle_minute;
    }
};

// Replays one function after the other through each policy, and keeps sums alone: the memory it
// takes does not grow with the functions. At the start of a minute the policy says whether the
// model is hot, knowing the minutes before; a call in a minute in which it is not loads it on
// demand, so that it is hot at the minute's end.
class Replay {
  public:
    explicit Replay(std::vector<PolicyChoice> policies);

    void add(const CalledMinutes& function);
    // In the order of the policies.
    std::vector<Outcome> outcomes() const;

  private:
    // Functions by cold starts in hundredths of a percent of their call minutes.
    using Shares = std::vector<std::uint64_t>;
    struct Account {
        PolicyChoice policy;
        Outcome sum;
        Shares shares;
    };
    static void replay(Account& account, const CalledMinutes& function);

    std::vector<Account> accounts_;
};

}  // namespace samovar::scheduler
