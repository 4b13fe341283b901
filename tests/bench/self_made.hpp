#pragma once
#include <cstddef>

namespace samovar::bench {

// What the forecast cost in worlds that nothing was chosen by, in units of the better of never
// keeping and a keep-alive of 10 minutes. Of worlds in which that costs 15 cold starts or more: in
// fewer, half a cold start is much.
struct Regret {
    std::size_t cases = 0, above = 0;  // 1.1
    double worst = 0, mean = 0;
    double worst_of_long = 0;  // where the better rule costs 30 cold starts or more
};

// Poisson calls, bursts, days and nights, late timers, changes of habit, each with seeds of its
// own, at five prices of idle minutes and three of loads. Takes some 4 s a seed.
Regret regret_of_self_made(unsigned first_seed, unsigned seeds);

}  // namespace samovar::bench
