#include "ipc/os/landlock_version.hpp"

#include <sys/syscall.h>
#include <unistd.h>

namespace samovar::ipc {

int landlock_version() noexcept {
    constexpr unsigned kAskForVersion = 1;  // LANDLOCK_CREATE_RULESET_VERSION
    const long version = ::syscall(SYS_landlock_create_ruleset, nullptr, 0, kAskForVersion);
    return version > 0 ? static_cast<int>(version) : 0;
}

}  // namespace samovar::ipc
