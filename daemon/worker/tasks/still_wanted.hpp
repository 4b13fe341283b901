#pragma once
#include <functional>

#include "daemon/worker/job_error.hpp"

namespace samovar::worker {

// Whether somebody waits for what is run, asked before each of its parts. Empty: always.
using StillWanted = std::function<bool()>;

inline void check_wanted(const StillWanted& wanted) {
    if (wanted && !wanted()) throw JobError(Errc::cancelled, "nobody waits for it any more");
}

}  // namespace samovar::worker
