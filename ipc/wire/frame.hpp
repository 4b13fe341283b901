#pragma once
// A frame: 16 bytes of header, then the body. Knows nothing of sockets.
//
//   u32 length   bytes of the body, at most kMaxFrameBytes
//   u16 type     MessageType
//   u16 flags    low 4 bits: descriptors that travel with the frame; others 0
//   u64 request  chosen by whoever asks, repeated in every answer; 0 where nobody asked

#include <cstdint>
#include <optional>
#include <span>

#include <samovar/error.hpp>

#include "ipc/os/unique_fd.hpp"
#include "ipc/wire/codec.hpp"
#include "ipc/wire/message_type.hpp"

namespace samovar::ipc {

struct FrameHeader {
    std::uint32_t length = 0;
    MessageType type{};
    std::uint16_t flags = 0;
    std::uint64_t request = 0;
};
inline constexpr std::size_t kHeaderBytes = 16;
inline constexpr std::uint16_t kDescriptorMask = 0x000f;

void write_header(const FrameHeader& header, std::span<std::byte, kHeaderBytes> out) noexcept;
FrameHeader read_header(std::span<const std::byte, kHeaderBytes> in) noexcept;

// A received frame. `body` lives in the FrameReader until its next call.
struct Frame {
    FrameHeader header;
    std::span<const std::byte> body;
    UniqueFd descriptor;  // the one that travelled with it, or none
};

// Cuts a byte stream into frames. Feed what recvmsg gave (bytes into writable(), descriptors into
// add_descriptor()), then take frames until there is none. Then it never holds more than one frame
// of the largest size and one read; not thread-safe.
class FrameReader {
  public:
    explicit FrameReader(std::uint32_t max_body = kMaxFrameBytes) : max_body_(max_body) {}

    // Room for the next read. It grows with what has arrived, so that a large frame does not take
    // many calls and a header that only announces one buys little memory.
    std::span<std::byte> writable();
    void commit(std::size_t bytes);
    // Descriptors arrive with the first byte of their frame; one more than a frame may carry is
    // closed and makes the next take() an error.
    void add_descriptor(UniqueFd fd);

    // The next whole frame, nothing if more bytes are needed, or `protocol` where the peer broke
    // the rules (a body over the limit, unknown flags, a descriptor too few or too many). After an
    // error the stream cannot be trusted: close it.
    Result<std::optional<Frame>> take();

    // Bytes of memory that it has now.
    std::size_t held() const noexcept { return buffer_.size(); }

    // A frame has begun and not ended: its rest is due within a deadline.
    bool mid_frame() const noexcept { return end_ > begin_ || !descriptors_.empty(); }

  private:
    std::uint32_t max_body_;
    Bytes buffer_;
    std::size_t begin_ = 0, end_ = 0;
    std::vector<UniqueFd> descriptors_;
    bool surplus_ = false;
};

// Header and body in one piece, ready to send. Errors: `protocol` where a field breaks its own
// limit, which is a bug of the sender or input it did not check.
template <class Message>
Result<Bytes> encode(const Message& message, std::uint64_t request, unsigned descriptors = 0) {
    try {
        Bytes out(kHeaderBytes);
        out.reserve(256);
        Writer writer(out);
        writer(message);
        const std::size_t body = out.size() - kHeaderBytes;
        if (body > kMaxFrameBytes) throw CodecFault("the message is larger than a frame may be");
        write_header({static_cast<std::uint32_t>(body), Message::kType,
                      static_cast<std::uint16_t>(descriptors), request},
                     std::span<std::byte, kHeaderBytes>(out.data(), kHeaderBytes));
        return out;
    } catch (const std::exception& fault) {
        return Error{Errc::protocol,
                     "cannot send " + std::string(to_string(Message::kType)) + ": " + fault.what(),
                     "", 0, 0};
    }
}

}  // namespace samovar::ipc
