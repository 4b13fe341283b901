#include "daemon/spare_memory.hpp"

#include <malloc.h>
#include <unistd.h>

#include <fstream>
#include <utility>

namespace samovar::daemon {
namespace {

constexpr std::chrono::seconds kSoon{1};
constexpr std::size_t kWorthIt = 8u << 20;

// Pages of the process's own that are in memory. The files that are mapped are the other part.
std::size_t own_bytes() {
    std::size_t size = 0, resident = 0, shared = 0;
    std::ifstream("/proc/self/statm") >> size >> resident >> shared;
    return (resident - shared) * static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
}

// What malloc has beyond what is in use. Stacks and the like are in it, which come to little.
std::size_t spare_bytes() {
    const struct mallinfo2 has = ::mallinfo2();
    const std::size_t used = has.uordblks + has.hblkhd, own = own_bytes();
    return own > used ? own - used : 0;
}

}  // namespace

void SpareMemory::look_soon() {
    if (stopped_ || std::exchange(to_look_, true)) return;
    timer_.expires_after(kSoon);
    timer_.async_wait([this](boost::system::error_code fault) {
        if (fault) return;
        to_look_ = false;
        if (spare_bytes() >= kWorthIt) asio::post(pool_, [] { ::malloc_trim(0); });
    });
}

void SpareMemory::stop() {
    stopped_ = true;
    timer_.cancel();
}

}  // namespace samovar::daemon
