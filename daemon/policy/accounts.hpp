#pragma once
#include <sys/types.h>

#include <functional>
#include <optional>
#include <string>

namespace samovar::daemon {

// Which numbers users and groups have, and who runs the daemon. A lookup may ask a server far away,
// so none is made on the loop.
struct Accounts {
    std::function<std::optional<uid_t>(const std::string&)> user;
    std::function<std::optional<gid_t>(const std::string&)> group;
    uid_t own = 0;

    static Accounts of_this_machine();
};

// Whether a daemon of this user serves the machine and not one person: root, the numbers that
// packages get, and those that systemd hands out (DynamicUser).
bool is_system_user(uid_t uid) noexcept;

// Whom the kernel shows in the place of users that this user namespace does not know.
inline constexpr uid_t kNobody = 65534;

}  // namespace samovar::daemon
