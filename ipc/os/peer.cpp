#include "ipc/os/peer.hpp"

#include <sys/socket.h>

#include <algorithm>
#include <cerrno>

namespace samovar::ipc {

Result<Peer> peer_of(int socket) {
    ucred credentials{};
    socklen_t size = sizeof credentials;
    if (::getsockopt(socket, SOL_SOCKET, SO_PEERCRED, &credentials, &size) != 0)
        return io_error("peer credentials", errno);
    return Peer{credentials.pid, credentials.uid, credentials.gid};
}

Result<std::vector<gid_t>> groups_of_peer(int socket) {
    // As many as a process can have; asked for once, since they cannot change.
    constexpr std::size_t kMostGroups = 65536;
    std::vector<gid_t> groups(64);
    for (;;) {
        auto size = static_cast<socklen_t>(groups.size() * sizeof(gid_t));
        if (::getsockopt(socket, SOL_SOCKET, SO_PEERGROUPS, groups.data(), &size) == 0) {
            groups.resize(size / sizeof(gid_t));
            return groups;
        }
        if (errno != ERANGE || groups.size() >= kMostGroups)
            return io_error("the groups of the peer", errno);
        groups.resize(std::min(kMostGroups, std::max(2 * groups.size(), size / sizeof(gid_t))));
    }
}

}  // namespace samovar::ipc
