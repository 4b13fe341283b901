#pragma once
// recvmsg and sendmsg of stream sockets with descriptors. Never raise SIGPIPE, retry EINTR.

#include <cstddef>
#include <span>

#include <samovar/error.hpp>

#include "ipc/wire/frame.hpp"

namespace samovar::ipc {

enum class ReadStatus {
    data,    // bytes (and descriptors) went into the reader
    again,   // nothing there (Wait::no, a non-blocking socket, or SO_RCVTIMEO is over)
    closed,  // end of file, or a reset
};

enum class Wait { no, yes };

// One recvmsg into `reader`. Descriptors come close-on-exec, memfds as they are and all others as a
// stand-in that is no memfd either: merely closing them could hang the caller. More than a frame
// may carry are closed, and the reader's next take() tells. Errors: `protocol` where the kernel had
// to drop descriptors (MSG_CTRUNC: too many, or RLIMIT_NOFILE is reached), `io`. The caller closes
// the socket.
Result<ReadStatus> receive(int socket, FrameReader& reader, Wait wait);

// One sendmsg. `descriptor` (or -1) travels with the first byte. The bytes sent; 0 where the
// socket is full (Wait::no). Errors: `disconnected` (EPIPE, ECONNRESET), `io`.
Result<std::size_t> send(int socket, std::span<const std::byte> bytes, int descriptor, Wait wait);

// All of `bytes`. For sockets that block and have a peer that is trusted to read. Errors: as
// send(), and `timed_out` where the socket does not block or SO_SNDTIMEO is over.
Result<void> send_all(int socket, std::span<const std::byte> bytes, int descriptor = -1);

}  // namespace samovar::ipc
