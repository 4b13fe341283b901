#include "daemon/residency/writes.hpp"

#include <spdlog/spdlog.h>

#include <utility>

#include "ipc/words.hpp"

namespace samovar::daemon {

void Writes::ended(const Result<void>& write) {
    if (!write && failed_++ == 0)
        spdlog::warn("{} cannot be written down: {}; all else goes on, and it is tried again",
                     what_, describe(write.error()));
    if (write && failed_ > 0)
        spdlog::info("{} are written down again, after {}", what_,
                     ipc::count_of(std::exchange(failed_, 0), "failure"));
}

}  // namespace samovar::daemon
