#pragma once
#include <cstdint>
#include <mutex>
#include <string>

#include "ipc/wire/frame.hpp"
#include "ipc/wire/messages.hpp"

namespace samovar::worker {

// The sending side of one socket to samovard. Any thread. A daemon that is gone ends the process
// at once, wherever it is.
class Outbox {
  public:
    explicit Outbox(int socket) noexcept : socket_(socket) {}

    template <class Message>
    void send(const Message& message, std::uint64_t request) {
        Result<ipc::Bytes> frame = ipc::encode(message, request);
        if (frame)
            deliver(*frame);
        else
            fail(frame.error(), request);
    }
    // The answer to a request that failed. Texts beyond the wire's limit are cut.
    void fail(Error error, std::uint64_t request);

    // What is sent while it lives goes out at its end, in one call: a call for each of a batch's
    // answers would take longer than many a network takes for a row.
    class Together {
      public:
        explicit Together(Outbox& outbox) : outbox_(outbox) { outbox_.hold(); }
        ~Together() { outbox_.release(); }
        Together(const Together&) = delete;
        Together& operator=(const Together&) = delete;

      private:
        Outbox& outbox_;
    };

  private:
    void deliver(const ipc::Bytes& frame);
    void hold();
    void release();
    void flush();

    std::mutex sending_;
    ipc::Bytes held_;
    unsigned holders_ = 0;
    int socket_;
};

// `text` with at most `limit` bytes, cut at a character.
std::string cut(std::string text, std::size_t limit);

}  // namespace samovar::worker
