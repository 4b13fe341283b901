#include "client/channel.hpp"

#include <utility>

namespace samovar::client {

Result<ChannelPtr> Channel::open(ipc::UniqueFd memfd, std::uint64_t bytes) {
    if (!memfd)
        return Error{Errc::protocol, "the daemon opened a channel and sent no memory", "", 0, 0};
    Result<ipc::Mapping> mapping = ipc::Mapping::open(memfd.get(), bytes);
    if (!mapping) return mapping.error();
    return ChannelPtr(new Channel(std::move(memfd), std::move(*mapping)));
}

Channel::Channel(ipc::UniqueFd memfd, ipc::Mapping mapping) noexcept
    : memfd_(std::move(memfd)), mapping_(std::move(mapping)), allocator_(mapping_.bytes().size()) {}

std::optional<std::uint64_t> Channel::take(std::uint64_t bytes) {
    const std::scoped_lock lock(mutex_);
    if (spoilt_) return std::nullopt;
    const auto offset = allocator_.take(bytes);
    if (offset) ++slots_;
    return offset;
}

void Channel::give(std::uint64_t offset, std::uint64_t bytes) noexcept {
    const std::scoped_lock lock(mutex_);
    allocator_.give(offset, bytes);
    --slots_;
}

void Channel::abandon() noexcept {
    const std::scoped_lock lock(mutex_);
    spoilt_ = true;
    --slots_;
}

bool Channel::idle() const {
    const std::scoped_lock lock(mutex_);
    return slots_ == 0;
}

bool Channel::spoilt() const {
    const std::scoped_lock lock(mutex_);
    return spoilt_;
}

}  // namespace samovar::client
