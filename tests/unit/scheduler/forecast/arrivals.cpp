#include "tests/unit/scheduler/forecast/arrivals.hpp"

namespace samovar::scheduler::arrivals {

CalledMinutes drawn(int minutes, std::uint32_t seed, const std::function<double(int)>& chance) {
    std::mt19937 engine(seed);
    CalledMinutes made;
    for (int minute = 0; minute < minutes; ++minute)
        made.push_back(static_cast<double>(engine()) < chance(minute) * 4294967296.0);
    return made;
}

CalledMinutes poisson(int minutes, double chance, std::uint32_t seed) {
    return drawn(minutes, seed, [chance](int) { return chance; });
}

CalledMinutes timer(int minutes, int period, int first) {
    return drawn(minutes, 0, [=](int minute) {
        return minute >= first && (minute - first) % period == 0 ? 1.0 : 0.0;
    });
}

CalledMinutes late_timer(int minutes, int period, int jitter, std::uint32_t seed) {
    std::mt19937 engine(seed);
    CalledMinutes made(static_cast<std::size_t>(minutes));
    for (int due = 0; due + jitter < minutes; due += period)
        made[static_cast<std::size_t>(due) + engine() % static_cast<unsigned>(jitter + 1)] = true;
    return made;
}

CalledMinutes bursts(int minutes, int between, int length, double inside, std::uint32_t seed) {
    std::mt19937 engine(seed);
    int left = 0;
    return drawn(minutes, seed + 1, [&, between, length, inside](int) {
        if (left == 0 && engine() % static_cast<unsigned>(between) == 0) left = length;
        return left > 0 ? (--left, inside) : 0.0;
    });
}

CalledMinutes day_and_night(int minutes, double day, double night, std::uint32_t seed) {
    return drawn(minutes, seed, [=](int minute) {
        const int hour = minute % kDay / kHour;
        return hour >= 8 && hour < 18 ? day : night;
    });
}

CalledMinutes joined(CalledMinutes before, const CalledMinutes& after) {
    before.insert(before.end(), after.begin(), after.end());
    return before;
}

}  // namespace samovar::scheduler::arrivals
