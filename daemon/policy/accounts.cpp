#include "daemon/policy/accounts.hpp"

#include <grp.h>
#include <pwd.h>
#include <unistd.h>

#include <cerrno>
#include <vector>

namespace samovar::daemon {
namespace {

constexpr std::size_t kMostEntryBytes = 1u << 20;  // a group of many thousand members

// One of getpwnam_r and getgrnam_r, with as much room as the entry takes.
template <class Entry, class Ask>
std::optional<Entry> find_entry(const std::string& name, Ask ask) {
    for (std::vector<char> room(4096); room.size() <= kMostEntryBytes;
         room.resize(2 * room.size())) {
        Entry entry{};
        Entry* found = nullptr;
        const int fault = ask(name.c_str(), &entry, room.data(), room.size(), &found);
        if (fault == ERANGE) continue;
        return found ? std::optional(entry) : std::nullopt;
    }
    return std::nullopt;
}

}  // namespace

Accounts Accounts::of_this_machine() {
    Accounts accounts;
    // Numbers only: what the entries point to is gone.
    accounts.user = [](const std::string& name) -> std::optional<uid_t> {
        const auto entry = find_entry<passwd>(name, ::getpwnam_r);
        return entry ? std::optional(entry->pw_uid) : std::nullopt;
    };
    accounts.group = [](const std::string& name) -> std::optional<gid_t> {
        const auto entry = find_entry<::group>(name, ::getgrnam_r);
        return entry ? std::optional(entry->gr_gid) : std::nullopt;
    };
    accounts.own = ::geteuid();
    return accounts;
}

bool is_system_user(uid_t uid) noexcept {
    return uid < 1000 || (uid >= 61184 && uid <= 65534);
}

}  // namespace samovar::daemon
