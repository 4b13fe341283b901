#include <utility>

#include "client/slot_access.hpp"

namespace samovar {

Slot::Slot() noexcept = default;

Slot::Slot(Slot&& other) noexcept
    : channel_(std::move(other.channel_)),
      offset_(std::exchange(other.offset_, 0)),
      size_(std::exchange(other.size_, 0)) {}

Slot& Slot::operator=(Slot&& other) noexcept {
    if (this == &other) return *this;
    release();
    channel_ = std::move(other.channel_);
    offset_ = std::exchange(other.offset_, 0);
    size_ = std::exchange(other.size_, 0);
    return *this;
}

Slot::~Slot() {
    release();
}

std::span<std::byte> Slot::bytes() const noexcept {
    if (!channel_) return {};
    return channel_->bytes().subspan(static_cast<std::size_t>(offset_), size_);
}

void Slot::release() noexcept {
    if (!channel_) return;
    channel_->give(offset_, size_);
    channel_.reset();
    offset_ = 0;
    size_ = 0;
}

namespace client {

std::optional<Slot> SlotAccess::take(const ChannelPtr& channel, std::size_t size) {
    const auto offset = channel->take(size);
    if (!offset) return std::nullopt;
    Slot slot;
    slot.channel_ = channel;
    slot.offset_ = *offset;
    slot.size_ = size;
    return slot;
}

void SlotAccess::abandon(Slot& slot) noexcept {
    if (!slot.channel_) return;
    slot.channel_->abandon();
    slot.channel_.reset();
    slot.offset_ = 0;
    slot.size_ = 0;
}

}  // namespace client
}  // namespace samovar
