#include "daemon/worker/channels.hpp"

#include <utility>

#include "ipc/wire/messages.hpp"

namespace samovar::worker {

Channel::Channel(ipc::Mapping mapping, Device& device)
    : mapping_(std::move(mapping)), device_(device), pinned_(device.pin(mapping_.bytes())) {}

Channel::~Channel() {
    if (pinned_) device_.unpin(mapping_.bytes());
}

Result<void> Channels::map(std::uint32_t id, int fd, std::uint64_t bytes) {
    if (id == ipc::kInline || find(id) != nullptr)
        return Error{Errc::invalid_argument,
                     "channel number " + std::to_string(id) + " is in use or not allowed", "", 0,
                     0};
    Result<ipc::Mapping> mapping = ipc::Mapping::open(fd, bytes);
    if (!mapping) return std::move(mapping).error();
    // Pinning takes long for a large channel: not while jobs wait for the lock.
    auto channel = std::make_shared<Channel>(std::move(*mapping), device_);
    const std::lock_guard lock(guard_);
    channels_.emplace(id, std::move(channel));
    return {};
}

bool Channels::unmap(std::uint32_t id) {
    std::shared_ptr<Channel> last;
    const std::lock_guard lock(guard_);
    const auto found = channels_.find(id);
    if (found == channels_.end()) return false;
    last = std::move(found->second);
    channels_.erase(found);
    return true;
}

std::shared_ptr<Channel> Channels::find(std::uint32_t id) const {
    const std::lock_guard lock(guard_);
    const auto found = channels_.find(id);
    return found == channels_.end() ? nullptr : found->second;
}

std::size_t Channels::count() const {
    const std::lock_guard lock(guard_);
    return channels_.size();
}

}  // namespace samovar::worker
