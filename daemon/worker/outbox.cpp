#include "daemon/worker/outbox.hpp"

#include <unistd.h>

#include <samovar/limits.hpp>

#include "ipc/os/socket_io.hpp"

namespace samovar::worker {
namespace {

constexpr std::size_t kMostHeld = 64u << 10;  // a fraction of what a socket takes

}  // namespace

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
    if (holders_ == 0) {
        if (!ipc::send_all(socket_, frame)) _exit(0);
        return;
    }
    held_.insert(held_.end(), frame.begin(), frame.end());
    if (held_.size() >= kMostHeld) flush();
}

void Outbox::hold() {
    const std::lock_guard lock(sending_);
    ++holders_;
}

void Outbox::release() {
    const std::lock_guard lock(sending_);
    if (--holders_ == 0) flush();
}

void Outbox::flush() {
    if (!held_.empty() && !ipc::send_all(socket_, held_)) _exit(0);
    held_.clear();
}

}  // namespace samovar::worker
