#pragma once
#include <algorithm>
#include <chrono>
#include <cstdint>
#include <span>

namespace samovar::worker {

// How long one inference of so many rows takes.
struct BatchTime {
    std::uint32_t rows = 1;
    std::chrono::nanoseconds took{};

    double rows_a_second() const {
        return rows / std::max(std::chrono::duration<double>(took).count(), 1e-9);
    }
};

// A larger batch makes every job of it wait longer: so the smallest that gives this part of the
// most rows a second that any gives.
inline constexpr double kWorthWhile = 0.9;

// Of one curve, in rising order of rows; 1 where there is none.
inline std::uint32_t knee_of(std::span<const BatchTime> curve) {
    double most = 0;
    for (const BatchTime& point : curve)
        most = std::max(most, point.rows_a_second());
    for (const BatchTime& point : curve)
        if (point.rows_a_second() >= kWorthWhile * most) return point.rows;
    return 1;
}

}  // namespace samovar::worker
