#pragma once
#include <atomic>
#include <functional>
#include <memory>

#include "client/progress_listener.hpp"
#include "ipc/wire/frame.hpp"
#include "ipc/wire/messages.hpp"

namespace samovar::client {

// A request that waits for its answer. The session calls all members under its lock.
class Pending {
  public:
    Pending() = default;
    Pending(const Pending&) = delete;
    Pending& operator=(const Pending&) = delete;
    virtual ~Pending() = default;

    // The frame to send, for the connection that there is at this moment. May be called again, when
    // a connection turned out to be dead before anything was sent.
    virtual Result<ipc::Bytes> frame(std::uint64_t request) = 0;

    virtual void on_progress(const Progress& progress, Callbacks& callbacks) = 0;
    // A frame that is one of several, and not the end.
    virtual void on_event(ipc::Frame&) {}
    // The end, by the daemon's answer or because there will be none: one of them, once.
    virtual void on_answer(ipc::Frame& answer, Callbacks& callbacks) = 0;
    virtual void on_failure(const Error& error, Callbacks& callbacks) = 0;

    // Of the daemon's allowance for one session.
    virtual std::size_t jobs() const noexcept { return 0; }
    virtual std::size_t inline_bytes() const noexcept { return 0; }

    // Set after the end, for readers without the lock.
    bool done() const noexcept { return done_.load(std::memory_order_acquire); }
    void set_done() noexcept { done_.store(true, std::memory_order_release); }

    std::uint64_t request = 0;  // its number on the wire, once it was sent

  private:
    std::atomic<bool> done_{false};
};

using PendingPtr = std::shared_ptr<Pending>;

// The answer of type `Answer` in `frame`, or the error that the daemon sent in its place. Errors:
// the daemon's, `protocol`.
template <class Answer>
Result<Answer> answer_in(const ipc::Frame& frame) {
    if (frame.header.type == ipc::MessageType::error) {
        Result<ipc::ErrorReply> reply = ipc::decode<ipc::ErrorReply>(frame.body);
        return reply ? std::move(reply->error) : std::move(reply).error();
    }
    if (frame.header.type != Answer::kType)
        return Error{Errc::protocol,
                     "the daemon answered with a " + std::string(to_string(frame.header.type)) +
                         " where a " + std::string(to_string(Answer::kType)) + " belongs",
                     "", 0, 0};
    return ipc::decode<Answer>(frame.body);
}

// A question with one answer.
template <class Request, class Answer>
class Call final : public Pending {
  public:
    Call(Request question, std::function<void(const Progress&)> on_progress)
        : question_(std::move(question)), progress_(std::move(on_progress)) {}

    Result<ipc::Bytes> frame(std::uint64_t number) override {
        return ipc::encode(question_, number);
    }
    void on_progress(const Progress& progress, Callbacks& callbacks) override {
        progress_.tell(progress, callbacks);
    }
    void on_answer(ipc::Frame& frame, Callbacks&) override { answer = answer_in<Answer>(frame); }
    void on_failure(const Error& error, Callbacks&) override { answer = error; }

    // No progress is told once this returns. Without the session's lock.
    void end_progress() { progress_.end(); }

    // Valid once done().
    Result<Answer> answer{Error{}};

  private:
    Request question_;
    ProgressListener progress_;
};

}  // namespace samovar::client
