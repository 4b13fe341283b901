#pragma once
#include <sys/types.h>

#include <vector>

#include <samovar/error.hpp>

namespace samovar::ipc {

// Who is at the other end of a connected Unix socket, as the kernel saw it at connect time.
struct Peer {
    pid_t pid = 0;
    uid_t uid = 0;
    gid_t gid = 0;
};

// SO_PEERCRED. Errors: `io`.
Result<Peer> peer_of(int socket);
// SO_PEERGROUPS: the supplementary groups that it had then. Errors: `io`.
Result<std::vector<gid_t>> groups_of_peer(int socket);

}  // namespace samovar::ipc
