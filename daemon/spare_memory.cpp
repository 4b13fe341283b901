#include "daemon/spare_memory.hpp"

#include <malloc.h>

#include <algorithm>
#include <utility>

namespace samovar::daemon {
namespace {

constexpr std::chrono::seconds kSoon{1};
constexpr std::size_t kWorthIt = 8u << 20;

}  // namespace

void SpareMemory::look_soon() {
    if (stopped_ || std::exchange(to_look_, true)) return;
    timer_.expires_after(kSoon);
    timer_.async_wait([this](boost::system::error_code fault) {
        if (fault) return;
        to_look_ = false;
        // Also what was given back before counts as free.
        const std::size_t free = ::mallinfo2().fordblks;
        if (free < free_ + kWorthIt) {
            free_ = std::min(free_, free);
            return;
        }
        free_ = free;
        asio::post(pool_, [] { ::malloc_trim(0); });
    });
}

void SpareMemory::stop() {
    stopped_ = true;
    timer_.cancel();
}

}  // namespace samovar::daemon
