#pragma once
#include <deque>
#include <optional>

#include "scheduler/types.hpp"

namespace samovar::scheduler {

// How often and how soon a dead worker is started again.
struct RestartLimits {
    Duration window = std::chrono::seconds(60);  // deaths older than this are forgotten
    std::size_t deaths = 8;                      // so many within the window: failed
    // So many starts in a row that never came to hello: failed, however slowly they died. What
    // keeps a process from starting is seldom gone at the next try.
    std::size_t vain_starts = 4;
    Duration first_delay = std::chrono::milliseconds(100);  // before the second start in a window
    Duration longest_delay = std::chrono::seconds(5);       // it doubles up to this
    Duration failed_for = std::chrono::seconds(60);         // how long `failed` lasts by itself
};

// Counts deaths. The first restart of a window is immediate, since most deaths are single; each
// further one waits twice as long; too many are a failure that waiting does not mend.
class RestartPolicy {
  public:
    explicit RestartPolicy(RestartLimits limits = {}) : limits_(limits) {}

    // Records a death; `was_up`: the process had said hello. When to start again; nothing where the
    // worker has failed.
    std::optional<Time> died(Time now, bool was_up);
    // An operator's wish or a reload: the count starts anew.
    void forgive();

    Duration failed_for() const { return limits_.failed_for; }
    std::size_t deaths() const { return deaths_.size(); }

  private:
    RestartLimits limits_;
    std::deque<Time> deaths_;
    std::size_t vain_starts_ = 0;  // in a row
};

}  // namespace samovar::scheduler
