#pragma once
#include <deque>
#include <memory>
#include <string>

#include "daemon/asio.hpp"
#include "daemon/user_buffers.hpp"
#include "ipc/os/socket_io.hpp"
#include "ipc/wire/frame.hpp"

namespace samovar::daemon {

struct ConnectionLimits {
    // Answers that wait for a reader. A peer that stops reading is cut off here, so that its
    // answers never fill the daemon.
    std::size_t outbox_bytes = 4u << 20;
    // A frame that has begun must end within this, however often a byte of it comes; and a full
    // socket must move.
    std::chrono::milliseconds stall = std::chrono::seconds(10);
    // What all connections of a user may hold. Where they hold more, one that wants to hold more
    // than its share is cut off.
    std::size_t user_bytes = 64u << 20;
    std::size_t share_bytes = 256u << 10;
};

// Frames over one Unix socket, for a session or a worker. Reading is one coroutine's; sending never
// blocks: what the socket does not take at once waits in a bounded outbox. Loop thread only.
class Connection : public std::enable_shared_from_this<Connection> {
  public:
    // `user`: the account of the peer's user; a worker has none.
    Connection(UnixSocket socket, ConnectionLimits limits = {},
               std::shared_ptr<UserBuffers> user = nullptr);
    ~Connection();
    Connection(const Connection&) = delete;
    Connection& operator=(const Connection&) = delete;

    // The next frame; it is valid until the next call. Errors: `disconnected` (end of file, or
    // close() was called), `protocol`, `timed_out` (a frame stalled), `busy` (the user's
    // connections hold too much), `io`. But for the first the peer can still be told.
    asio::awaitable<Result<ipc::Frame>> next();

    // Sends a frame that encode() made; `descriptor` travels along and stays the caller's. Dropped
    // once closed.
    void send(ipc::Bytes frame, int descriptor = -1);
    template <class Message>
    void send(const Message& message, std::uint64_t request, int descriptor = -1);

    // What is sent while it lives goes out at its end, in as few calls as that takes.
    class Together {
      public:
        explicit Together(Connection& connection) : connection_(connection) {
            ++connection_.holders_;
        }
        ~Together() { connection_.release(); }
        Together(const Together&) = delete;
        Together& operator=(const Together&) = delete;

      private:
        Connection& connection_;
    };

    // Ends the connection after what is in the outbox, or at once.
    void close_when_sent();
    void close();
    bool closed() const { return closed_; }
    // Why it was closed from this side; empty if the peer did it.
    const std::string& reason() const { return reason_; }
    std::size_t outbox_bytes() const { return outbox_bytes_; }
    int native_handle() { return socket_.native_handle(); }

  private:
    struct Outgoing {
        ipc::Bytes bytes;
        std::size_t sent = 0;
        ipc::UniqueFd descriptor;
    };

    void close_because(std::string reason);
    bool account();
    void enqueue(Outgoing item);
    void release();
    void wait_to_write();
    void flush();
    void watch_frame();

    UnixSocket socket_;
    ConnectionLimits limits_;
    ipc::FrameReader reader_;
    std::deque<Outgoing> outbox_;
    std::size_t outbox_bytes_ = 0;
    std::shared_ptr<UserBuffers> user_;
    std::size_t accounted_ = 0;  // what of user_->bytes is this connection's
    unsigned holders_ = 0;
    bool writing_ = false, closing_ = false, closed_ = false;
    bool watching_ = false;  // a frame has begun: its time runs
    bool stalled_ = false;   // and is over
    unsigned frames_in_a_row_ = 0;
    asio::steady_timer read_timer_, write_timer_;
    std::string reason_;
};

template <class Message>
void Connection::send(const Message& message, std::uint64_t request, int descriptor) {
    Result<ipc::Bytes> frame = ipc::encode(message, request, descriptor >= 0 ? 1 : 0);
    if (frame)
        send(std::move(*frame), descriptor);
    else
        close_because(frame.error().message);
}

}  // namespace samovar::daemon
