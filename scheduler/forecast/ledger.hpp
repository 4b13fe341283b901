#pragma once
#include <array>
#include <cstddef>

#include "scheduler/forecast/price.hpp"

namespace samovar::scheduler {

// Whose word is followed.
enum class Guide : std::size_t { forecast, keep_alive, never };
inline constexpr std::size_t kGuides = 3;

// What each rule would have cost, had it alone been followed; the old counts less and less. The
// forecast was taught by a trace, and some models are unlike all that is in it: as soon as it has
// cost clearly more than the better of the other two, that one is followed, until the forecast has
// made up for it. For one thread.
class Ledger {
  public:
    // Plain numbers, for a snapshot. `hot` is 0 or 1.
    struct Account {
        float cold_starts = 0, idle_minutes = 0, loads = 0, hot = 0;
    };

    // A minute came to its end, in which the rules wanted to be hot or not.
    void settle(const std::array<bool, kGuides>& wanted, bool called);
    // Looks again at whom to follow.
    void judge(const Price& price);

    Guide follows() const noexcept { return follows_; }

    std::array<Account, kGuides> alone{};  // by Guide
    Account followed;

  private:
    static void settle(Account& account, bool wanted, bool called);

    Guide follows_ = Guide::forecast;
};

}  // namespace samovar::scheduler
