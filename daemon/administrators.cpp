#include "daemon/administrators.hpp"

#include <grp.h>
#include <unistd.h>

#include <algorithm>

namespace samovar::daemon {

Result<Administrators> Administrators::of_group(const std::optional<std::string>& group) {
    Administrators administrators;
    const std::string name = group.value_or(kUsualGroup);
    if (name.empty()) return administrators;
    const ::group* entry = ::getgrnam(name.c_str());
    if (!entry && group)
        return Error{Errc::invalid_argument, "admin_group: there is no group \"" + name + "\"",
                     "make it (groupadd --system " + name + "), or remove the key", 0, 0};
    if (!entry) return administrators;
    administrators.group_ = name;
    administrators.gid_ = entry->gr_gid;
    return administrators;
}

bool Administrators::include(int socket, const ipc::Peer& peer) const {
    if (peer.uid == 0 || peer.uid == ::geteuid()) return true;
    if (!gid_) return false;
    if (peer.gid == *gid_) return true;
    const auto groups = ipc::groups_of_peer(socket);
    return groups && std::ranges::find(*groups, *gid_) != groups->end();
}

std::string Administrators::in_words() const {
    const std::string own = "root or user " + std::to_string(::geteuid()) + ", who runs the daemon";
    return group_.empty() ? own : own + ", or a member of group " + group_;
}

}  // namespace samovar::daemon
