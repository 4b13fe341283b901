#include "daemon/eager_loop.hpp"

#include <sched.h>

namespace samovar::daemon {

void run_eagerly(asio::io_context& loop, const std::function<scheduler::Time()>& eager) {
    while (!loop.stopped()) {
        if (eager() <= scheduler::Clock::now())
            loop.run_one();
        else if (loop.poll_one() == 0)
            ::sched_yield();
    }
}

}  // namespace samovar::daemon
