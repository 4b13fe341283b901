#pragma once
#include <samovar/slot.hpp>

#include "client/channel.hpp"

namespace samovar::client {

// The library's own way into a Slot.
struct SlotAccess {
    // A slot of `size` bytes, if the channel has room.
    static std::optional<Slot> take(const ChannelPtr& channel, std::size_t size);
    static const ChannelPtr& channel(const Slot& slot) noexcept { return slot.channel_; }
    static std::uint64_t offset(const Slot& slot) noexcept { return slot.offset_; }
    // Makes it empty without giving its memory back; see Channel::abandon().
    static void abandon(Slot& slot) noexcept;
};

}  // namespace samovar::client
