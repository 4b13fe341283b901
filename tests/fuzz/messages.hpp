#pragma once
// An input is a frame: its header's type chooses the decoder, its other fields are ignored.

#include <algorithm>
#include <cstdint>

#include "ipc/wire/frame.hpp"
#include "tests/fuzz/must.hpp"
#include "tests/support/message_lists.hpp"

namespace samovar::fuzz {

// A body is refused with a reason, or is the one way to write what it says: it encodes to the same
// bytes. So everything that was read can be sent on, and nothing is read that is not there.
template <class Message>
void check_decoder(std::span<const std::byte> body) {
    const Result<Message> message = ipc::decode<Message>(body);
    if (!message) {
        must(message.error().code == Errc::protocol, "a malformed message is answered `protocol`");
        must(!message.error().message.empty(), "a refusal says why");
        return;
    }
    const Result<ipc::Bytes> again = ipc::encode(*message, 0);
    must(again.has_value(), "what was decoded can be sent on");
    must(std::ranges::equal(body, std::span(*again).subspan(ipc::kHeaderBytes)),
         "what was decoded encodes to the same bytes");
}

template <class List>
int check_messages(const std::uint8_t* bytes, std::size_t size) {
    const auto frame = std::as_bytes(std::span(bytes, size));
    if (frame.size() < ipc::kHeaderBytes || frame.size() > ipc::kHeaderBytes + kMaxFrameBytes)
        return -1;
    const ipc::MessageType type = ipc::read_header(frame.first<ipc::kHeaderBytes>()).type;
    bool known = false;
    tests::for_each(List(), [&](auto identity) {
        using Message = typename decltype(identity)::type;
        if (type != Message::kType) return;
        known = true;
        check_decoder<Message>(frame.subspan(ipc::kHeaderBytes));
    });
    return known ? 0 : -1;  // -1: not worth keeping
}

}  // namespace samovar::fuzz
