#include "scheduler/restart_policy.hpp"

#include <algorithm>

namespace samovar::scheduler {

std::optional<Time> RestartPolicy::died(Time now, bool was_up) {
    vain_starts_ = was_up ? 0 : vain_starts_ + 1;
    while (!deaths_.empty() && now - deaths_.front() > limits_.window)
        deaths_.pop_front();
    deaths_.push_back(now);
    if (deaths_.size() >= limits_.deaths || vain_starts_ >= limits_.vain_starts)
        return std::nullopt;
    if (deaths_.size() == 1) return now;
    Duration delay = limits_.first_delay;
    for (std::size_t i = 2; i < deaths_.size() && delay < limits_.longest_delay; ++i)
        delay *= 2;
    return now + std::min(delay, limits_.longest_delay);
}

void RestartPolicy::forgive() {
    deaths_.clear();
    vain_starts_ = 0;
}

}  // namespace samovar::scheduler
