#pragma once
#include <memory>
#include <optional>

#include <samovar/client.hpp>

#include "client/deadline.hpp"
#include "ipc/os/socket_io.hpp"
#include "ipc/os/unique_fd.hpp"
#include "ipc/wire/frame.hpp"
#include "ipc/wire/messages.hpp"

namespace samovar::client {

// One stream to a daemon that was greeted: the socket, what arrived, what waits to be sent. One
// thread at a time reads (read(), frames()); what is sent is guarded by the session's lock.
class Connection {
  public:
    // How long read() blocks at most. It returns so often that a reader sees what other threads
    // could not send (a full socket is rare), and its own deadline.
    static constexpr std::chrono::milliseconds kSlice{250};
    // What may wait to be sent: all that the jobs of a session may carry, and as much of the rest.
    static constexpr std::size_t kMaxUnsent = 2 * kMaxInlineBytesPerSession;

    // Reads the greeting of the daemon at the other end of `socket` (non-blocking), and says hello.
    // Errors: `version`, `protocol` where something else is there, `timed_out`, `disconnected`, and
    // what the daemon says instead of a greeting.
    static Result<std::unique_ptr<Connection>> greet(ipc::UniqueFd socket, const std::string& name,
                                                     Deadline deadline);

    int fd() const noexcept { return socket_.get(); }
    const DaemonInfo& daemon() const noexcept { return daemon_; }
    const ipc::Limits& limits() const noexcept { return limits_; }

    // Waits for bytes until `deadline`, at most kSlice, and reads them. With `writing` it also
    // returns when the socket takes bytes again. Errors: `disconnected` (end of file, reset),
    // `protocol`, `io`: the connection is over.
    Result<void> read(Deadline deadline, bool writing);
    // Reads what is there. Whether it was anything. Errors: as read().
    Result<bool> read_now();
    // The next whole frame that was read. Errors: `protocol`.
    Result<std::optional<ipc::Frame>> next() { return reader_.take(); }

    // Sends `frame`, or as much as the socket takes; the rest waits for flush(). Errors:
    // `disconnected` and `io`: nothing was sent, and the connection is over.
    Result<void> send(std::span<const std::byte> frame);
    Result<void> flush();
    bool has_unsent() const noexcept { return sent_ < unsent_.size(); }
    bool has_room() const noexcept { return unsent_.size() - sent_ < kMaxUnsent; }

    // For the handshake, while nobody else knows the connection: sends all, waits for one frame.
    Result<void> send_whole(std::span<const std::byte> frame, int descriptor, Deadline deadline);
    Result<ipc::Frame> wait_for_frame(Deadline deadline);

    // Ends both directions; whoever is in read() returns. Any thread.
    void shut() const noexcept;

  private:
    explicit Connection(ipc::UniqueFd socket) noexcept : socket_(std::move(socket)) {}
    Result<void> take_greeting(const ipc::Frame& frame);
    Result<void> say_hello(const std::string& name, Deadline deadline);
    Result<void> make_blocking();

    ipc::UniqueFd socket_;
    ipc::FrameReader reader_;
    ipc::Bytes unsent_;
    std::size_t sent_ = 0;  // of unsent_
    DaemonInfo daemon_;
    ipc::Limits limits_;
};

}  // namespace samovar::client
