#pragma once
#include "ipc/wire/frame.hpp"
#include "tests/support/message_lists.hpp"

namespace samovar::tests {

// One message of each type with every field set, no two alike: what golden bytes are made of.
// A specimen of the session's protocol never changes; a new version gets its own.
template <class Message>
Message specimen();

// How many descriptors travel with a frame of this type.
constexpr unsigned descriptors_of(ipc::MessageType type) {
    return type == ipc::MessageType::channel_opened || type == ipc::MessageType::resume_channel ||
           type == ipc::MessageType::lend || type == ipc::MessageType::map_channel;
}

inline constexpr std::uint64_t kSpecimenRequest = 0x0807060504030201;

// The specimen as a frame; says how many descriptors travel with it, but they are not made.
template <class Message>
ipc::Bytes specimen_frame() {
    return ipc::encode(specimen<Message>(), kSpecimenRequest, descriptors_of(Message::kType))
        .value();
}

}  // namespace samovar::tests
