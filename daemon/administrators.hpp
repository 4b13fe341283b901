#pragma once
#include <optional>
#include <string>

#include <samovar/error.hpp>

#include "ipc/os/peer.hpp"

namespace samovar::daemon {

// Who may do more than submit jobs: root, the user who runs the daemon, and the members of a group.
// The group's name is looked up once, at the start: a lookup may ask a server far away.
class Administrators {
  public:
    static constexpr const char* kUsualGroup = "samovar-admin";
    // No group where the name is empty; the usual one, if there is such, where nothing is said.
    // Errors: `invalid_argument` where there is no group of the name that was given.
    static Result<Administrators> of_group(const std::optional<std::string>& group);

    // Whether the peer at the other end was one when it connected. Its groups are the kernel's.
    bool include(int socket, const ipc::Peer& peer) const;
    // "root or user 1000, who runs the daemon, or a member of group samovar-admin".
    std::string in_words() const;

  private:
    std::string group_;
    std::optional<gid_t> gid_;
};

}  // namespace samovar::daemon
