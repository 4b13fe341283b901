#pragma once
#include <cstdint>
#include <memory>
#include <mutex>
#include <span>
#include <unordered_map>

#include <samovar/error.hpp>

#include "daemon/worker/engine/device.hpp"
#include "ipc/os/mapping.hpp"

namespace samovar::worker {

// A client's channel, mapped here and pinned for the device as long as this lives. Its bytes change
// whenever the client likes.
class Channel {
  public:
    Channel(ipc::Mapping mapping, Device& device);
    Channel(const Channel&) = delete;
    Channel& operator=(const Channel&) = delete;
    ~Channel();

    std::span<std::byte> bytes() const noexcept { return mapping_.bytes(); }

  private:
    ipc::Mapping mapping_;
    Device& device_;
    bool pinned_;
};

// The channels by the daemon's numbers. Any thread.
class Channels {
  public:
    explicit Channels(Device& device) : device_(device) {}

    // Errors: `bad_descriptor`, `invalid_argument` for a number in use or kInline, `io`.
    Result<void> map(std::uint32_t id, int fd, std::uint64_t bytes);
    // Whether there was one. A job that holds it keeps it mapped until it ends.
    bool unmap(std::uint32_t id);
    // Null for an unknown one.
    std::shared_ptr<Channel> find(std::uint32_t id) const;
    std::size_t count() const;

  private:
    Device& device_;
    mutable std::mutex guard_;
    std::unordered_map<std::uint32_t, std::shared_ptr<Channel>> channels_;
};

}  // namespace samovar::worker
