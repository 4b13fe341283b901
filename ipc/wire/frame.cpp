#include "ipc/wire/frame.hpp"

#include <algorithm>
#include <cstring>

namespace samovar::ipc {
namespace {

// What one read takes at least: nearly every frame fits, and it costs an idle session 4 KiB.
constexpr std::size_t kReadBytes = 4096;
// A buffer that grew for a large frame is given back once it is empty. Also what one read may take
// for a frame of which nothing but the header is known.
constexpr std::size_t kKeepBytes = 64u << 10;

Error broken(std::string what) {
    return {Errc::protocol, std::move(what), "docs/protocol.md describes every frame", 0, 0};
}

}  // namespace

void write_header(const FrameHeader& header, std::span<std::byte, kHeaderBytes> out) noexcept {
    const auto type = static_cast<std::uint16_t>(header.type);
    std::memcpy(out.data(), &header.length, 4);
    std::memcpy(out.data() + 4, &type, 2);
    std::memcpy(out.data() + 6, &header.flags, 2);
    std::memcpy(out.data() + 8, &header.request, 8);
}

FrameHeader read_header(std::span<const std::byte, kHeaderBytes> in) noexcept {
    FrameHeader header;
    std::uint16_t type = 0;
    std::memcpy(&header.length, in.data(), 4);
    std::memcpy(&type, in.data() + 4, 2);
    std::memcpy(&header.flags, in.data() + 6, 2);
    std::memcpy(&header.request, in.data() + 8, 8);
    header.type = static_cast<MessageType>(type);
    return header;
}

std::span<std::byte> FrameReader::writable() {
    if (begin_ == end_) {
        begin_ = end_ = 0;
        if (buffer_.size() > kKeepBytes) Bytes().swap(buffer_);
    }
    std::size_t want = kReadBytes;
    if (const std::size_t have = end_ - begin_; have >= kHeaderBytes) {
        const auto header = read_header(std::span(buffer_).subspan(begin_).first<kHeaderBytes>());
        const std::size_t whole = kHeaderBytes + std::min(header.length, max_body_);
        const std::size_t rest = whole - std::min(whole, have);
        want = std::max(want, std::min(rest, std::max(have, kKeepBytes)));
    }
    if (buffer_.size() - end_ < want) {
        if (begin_ > 0) std::memmove(buffer_.data(), buffer_.data() + begin_, end_ - begin_);
        end_ -= begin_;
        begin_ = 0;
        if (buffer_.size() < end_ + want) buffer_.resize(end_ + want);
    }
    return std::span(buffer_).subspan(end_);
}

void FrameReader::commit(std::size_t bytes) {
    end_ += bytes;
}

void FrameReader::add_descriptor(UniqueFd fd) {
    if (descriptors_.size() >= kMaxFrameDescriptors)
        surplus_ = true;  // `fd` is closed as it goes out of scope
    else
        descriptors_.push_back(std::move(fd));
}

Result<std::optional<Frame>> FrameReader::take() {
    if (surplus_) return broken("more than one descriptor came with a frame");
    const std::size_t have = end_ - begin_;
    if (have < kHeaderBytes) return std::optional<Frame>();

    const auto bytes = std::span<const std::byte>(buffer_).subspan(begin_, have);
    const FrameHeader header = read_header(bytes.first<kHeaderBytes>());
    if (header.length > max_body_)
        return broken("a frame of " + std::to_string(header.length) + " bytes where at most " +
                      std::to_string(max_body_) + " are allowed");
    if ((header.flags & ~kDescriptorMask) != 0) return broken("unknown flags in a frame's header");
    const std::size_t expected = header.flags & kDescriptorMask;
    if (expected > kMaxFrameDescriptors)
        return broken("a frame announces " + std::to_string(expected) + " descriptors");
    if (have < kHeaderBytes + header.length) return std::optional<Frame>();
    // Descriptors travel with the first byte of their frame, so they are here by now; and a read
    // never goes past a frame with descriptors, so they are not of a later one.
    if (descriptors_.size() < expected) return broken("a frame came without its descriptor");
    if (descriptors_.size() > expected && have == kHeaderBytes + header.length)
        return broken("a descriptor came with a frame that announces none");

    Frame frame{header, bytes.subspan(kHeaderBytes, header.length), UniqueFd()};
    if (expected == 1) {
        frame.descriptor = std::move(descriptors_.front());
        descriptors_.clear();
    }
    begin_ += kHeaderBytes + header.length;
    return std::optional<Frame>(std::move(frame));
}

}  // namespace samovar::ipc
