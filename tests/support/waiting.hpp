#pragma once
#include <chrono>
#include <thread>

namespace samovar::tests {

// Longest that a test waits for what must happen; a test that waits this long has failed. Long,
// because a busy machine under a sanitizer is slow.
inline constexpr std::chrono::seconds kPatience{30};

// Asks until `holds()` or until the time is over; the last answer.
template <class Condition>
bool wait_until(Condition holds, std::chrono::milliseconds within = kPatience) {
    const auto end = std::chrono::steady_clock::now() + within;
    while (!holds()) {
        if (std::chrono::steady_clock::now() >= end) return holds();
        std::this_thread::sleep_for(std::chrono::milliseconds(2));
    }
    return true;
}

}  // namespace samovar::tests
