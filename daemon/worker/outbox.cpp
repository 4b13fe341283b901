#include "daemon/worker/outbox.hpp"

#include <unistd.h>

#include <samovar/limits.hpp>

#include "ipc/os/socket_io.hpp"

namespace samovar::worker {

std::string cut(std::string text, std::size_t limit) {
    if (text.size() <= limit) return text;
    // Not inside a UTF-8 character: its later bytes all begin with the bits 10.
    while (limit > 0 && (static_cast<unsigned char>(text[limit]) & 0xC0U) == 0x80U)
        --limit;
    text.resize(limit);
    return text;
}

void Outbox::fail(Error error, std::uint64_t request) {
    error.message = cut(std::move(error.message), kMaxTextBytes);
    error.hint = cut(std::move(error.hint), kMaxTextBytes);
    const Result<ipc::Bytes> frame = ipc::encode(ipc::ErrorReply{std::move(error)}, request);
    if (frame) deliver(*frame);
}

void Outbox::deliver(const ipc::Bytes& frame) {
    const std::lock_guard lock(sending_);
    if (!ipc::send_all(socket_, frame)) _exit(0);
}

}  // namespace samovar::worker
