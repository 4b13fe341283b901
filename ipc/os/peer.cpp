#include "ipc/os/peer.hpp"

#include <sys/socket.h>

#include <cerrno>

namespace samovar::ipc {

Result<Peer> peer_of(int socket) {
    ucred credentials{};
    socklen_t size = sizeof credentials;
    if (::getsockopt(socket, SOL_SOCKET, SO_PEERCRED, &credentials, &size) != 0)
        return io_error("peer credentials", errno);
    return Peer{credentials.pid, credentials.uid, credentials.gid};
}

}  // namespace samovar::ipc
