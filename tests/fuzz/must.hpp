#pragma once
#include <cstdio>
#include <cstdlib>

namespace samovar::fuzz {

// What always holds. A break is a finding: it says which rule and aborts.
inline void must(bool holds, const char* rule) {
    if (holds) return;
    std::fprintf(stderr, "broken: %s\n", rule);
    std::abort();
}

}  // namespace samovar::fuzz
