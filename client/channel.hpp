#pragma once
#include <atomic>
#include <memory>
#include <mutex>
#include <optional>

#include "client/slot_allocator.hpp"
#include "ipc/os/mapping.hpp"
#include "ipc/os/unique_fd.hpp"

namespace samovar::client {

// One image channel of this process: the memory, kept with its descriptor so that it can be offered
// to a restarted daemon, and which of it is lent. Slots keep it alive. Any thread.
class Channel {
  public:
    // Errors: `bad_descriptor`, `io`.
    static Result<std::shared_ptr<Channel>> open(ipc::UniqueFd memfd, std::uint64_t bytes);

    std::span<std::byte> bytes() const noexcept { return mapping_.bytes(); }
    int memfd() const noexcept { return memfd_.get(); }

    // Its name on the connection there is; 0 where the daemon does not know it. Written by the
    // session, under its lock.
    std::uint32_t id() const noexcept { return id_.load(std::memory_order_relaxed); }
    void set_id(std::uint32_t id) noexcept { id_.store(id, std::memory_order_relaxed); }

    std::optional<std::uint64_t> take(std::uint64_t bytes);
    void give(std::uint64_t offset, std::uint64_t bytes) noexcept;
    // Counts a slot out that must never be given again: a worker may still write there, for a job
    // whose end nobody will tell.
    void abandon() noexcept;

    // No slot is lent or held.
    bool idle() const;
    // Some of it was abandoned: it goes back to the daemon when it is idle.
    bool spoilt() const;

  private:
    Channel(ipc::UniqueFd memfd, ipc::Mapping mapping) noexcept;

    const ipc::UniqueFd memfd_;
    const ipc::Mapping mapping_;
    std::atomic<std::uint32_t> id_{0};
    mutable std::mutex mutex_;
    SlotAllocator allocator_;  // these three under mutex_
    std::size_t slots_ = 0;
    bool spoilt_ = false;
};

using ChannelPtr = std::shared_ptr<Channel>;

}  // namespace samovar::client
