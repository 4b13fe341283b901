#include "scheduler/thread_budget.hpp"

#include <algorithm>

namespace samovar::scheduler {

unsigned grant_threads(const ThreadRequest& request) {
    const unsigned share = request.cores / std::max(request.workers, 1U);
    const unsigned wish = request.asked > 0 ? request.asked : std::min(request.usual, share);
    const unsigned left =
        request.cores > request.given_away ? request.cores - request.given_away : 0;
    return std::max(std::min(wish, left), 1U);
}

}  // namespace samovar::scheduler
