#pragma once
#include <sys/types.h>

#include <cstddef>
#include <memory>
#include <unordered_map>

namespace samovar::daemon {

// What the connections of one user hold together: answers that nobody has read yet, and what has
// come of frames that have not ended.
struct UserBuffers {
    std::size_t bytes = 0;
};

// Those of each user who has a connection. Loop thread only.
class BuffersOfUsers {
  public:
    std::shared_ptr<UserBuffers> of(uid_t user) {
        std::erase_if(users_, [](const auto& entry) { return entry.second.expired(); });
        std::weak_ptr<UserBuffers>& entry = users_[user];
        std::shared_ptr<UserBuffers> buffers = entry.lock();
        if (!buffers) entry = buffers = std::make_shared<UserBuffers>();
        return buffers;
    }

  private:
    std::unordered_map<uid_t, std::weak_ptr<UserBuffers>> users_;
};

}  // namespace samovar::daemon
