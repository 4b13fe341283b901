#pragma once
// A daemon that does as a test says: it speaks the frames over a real Unix socket, in threads of
// the test, so that garbage, early ends and slow answers can be had.

#include <gtest/gtest.h>

#include <atomic>
#include <filesystem>
#include <functional>
#include <future>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "ipc/os/mapping.hpp"
#include "ipc/os/segment.hpp"
#include "ipc/os/socket_io.hpp"
#include "ipc/wire/frame.hpp"
#include "ipc/wire/messages.hpp"
#include "ipc/wire/model_messages.hpp"
#include "tests/support/process.hpp"

namespace samovar::tests {

// The daemon's end of one connection. One thread at a time.
class FakePeer {
  public:
    explicit FakePeer(ipc::UniqueFd socket) : socket_(std::move(socket)) {}

    template <class Message>
    void send(const Message& message, std::uint64_t request, int descriptor = -1) {
        const auto frame = ipc::encode(message, request, descriptor >= 0 ? 1 : 0);
        send_bytes(*frame, descriptor);
    }
    void send_bytes(std::span<const std::byte> bytes, int descriptor = -1);
    void fail(std::uint64_t request, Errc code, const std::string& message);
    // The next frame, or nothing at the end of the stream.
    std::optional<ipc::Frame> next();
    // Greets and takes the client's hello.
    ipc::Hello shake_hands(const ipc::Greeting& greeting = default_greeting());
    void close() { shut(); }
    void shut() const;  // any thread

    static ipc::Greeting default_greeting();

    // Channels that were opened or resumed, by their number, mapped.
    std::map<std::uint32_t, ipc::Mapping> channels;
    std::uint32_t next_channel = 1;

  private:
    ipc::UniqueFd socket_;
    ipc::FrameReader reader_;
};

class FakeDaemon {
  public:
    using Script = std::function<void(FakePeer&)>;
    using Handler = std::function<void(FakePeer&, ipc::Frame&)>;

    // Each connection is handled by `script` in a thread of its own, and closed at its end.
    FakeDaemon(std::string path, Script script);
    // Greets, then answers: ping, open, resume and close of channels, and what `handlers` say.
    // Other frames are answered `invalid_argument`.
    FakeDaemon(std::string path, std::map<ipc::MessageType, Handler> handlers);
    ~FakeDaemon() { stop(); }
    FakeDaemon(const FakeDaemon&) = delete;
    FakeDaemon& operator=(const FakeDaemon&) = delete;

    // As if it was killed: nothing listens, and connections end.
    void stop();
    int connections() const { return connections_; }

    static Script serve(std::map<ipc::MessageType, Handler> handlers);

  private:
    void accept_all();

    std::string path_;
    Script script_;
    ipc::UniqueFd listener_;
    std::mutex mutex_;
    std::vector<std::shared_ptr<FakePeer>> peers_;  // under mutex_
    std::vector<std::thread> threads_;              // under mutex_
    std::atomic<int> connections_{0};
    std::thread acceptor_;
};

// Stops a daemon before the end of what its handlers refer to: declared after all of that.
class StopsFirst {
  public:
    explicit StopsFirst(std::optional<FakeDaemon>& daemon) : daemon_(daemon) {}
    ~StopsFirst() { daemon_.reset(); }
    StopsFirst(const StopsFirst&) = delete;
    StopsFirst& operator=(const StopsFirst&) = delete;

  private:
    std::optional<FakeDaemon>& daemon_;
};

// Answers a Submit by copying its first input into its first output place, as uint8 of the input's
// shape.
void echo(FakePeer& peer, ipc::Frame& frame);

}  // namespace samovar::tests
