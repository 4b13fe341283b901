#pragma once
// Moments of a test: both clocks, beginning on Monday 5 January 2026 at 0:00 UTC.

#include "scheduler/residency/standing.hpp"

namespace samovar::scheduler {

using namespace std::chrono_literals;

inline Now moment(Duration since_start) {
    return {Time{} + 1000h + since_start,
            std::chrono::sys_days(std::chrono::year(2026) / 1 / 5) + since_start};
}

inline Windows windows(std::initializer_list<const char*> texts) {
    std::vector<Window> all;
    for (const char* text : texts)
        all.push_back(Window::parse(text, Zone::utc()));
    return Windows(std::move(all));
}

inline std::vector<Cron> entries(std::initializer_list<const char*> texts) {
    std::vector<Cron> all;
    for (const char* text : texts)
        all.push_back(Cron::parse(text, Zone::utc()));
    return all;
}

}  // namespace samovar::scheduler
