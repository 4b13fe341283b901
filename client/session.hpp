#pragma once
#include <condition_variable>
#include <map>
#include <mutex>
#include <vector>

#include <samovar/client.hpp>

#include "client/channel.hpp"
#include "client/connection.hpp"
#include "client/deadline.hpp"
#include "client/pending.hpp"
#include "ipc/wire/residency_messages.hpp"

namespace samovar::client {

// The heart of a Client: one connection at a time, the requests that wait for answers, the
// channels.
//
// Threads: any member from any thread. There is no thread of its own. Of the threads that wait, one
// (`reading_`) reads the socket for all, without the lock; the others sleep on the condition and
// take over when it leaves. So a lone thread goes from its send straight into its receive.
//
// Lock order: mutex_, then a channel's own. Callbacks run without either.
class Session : public std::enable_shared_from_this<Session> {
  public:
    using Lock = std::unique_lock<std::mutex>;

    // Errors: those of Client::connect().
    static Result<std::shared_ptr<Session>> open(Options options);
    // Ends everything that is outstanding as `disconnected`, for good.
    void close();

    const Options& options() const noexcept { return options_; }
    const std::string& socket() const noexcept { return socket_; }
    DaemonInfo daemon() const;

    // Sends the request, connecting again where needed. Errors: session errors, `busy` where the
    // daemon's allowance is used up (retry_after_ms is 0), those of Pending::frame(). After an
    // error the request was not sent.
    Result<void> start(const PendingPtr& pending, Deadline deadline);
    // Whether it ended before the deadline.
    bool wait(const Pending& pending, Deadline deadline);
    // Asks the daemon to cancel a job.
    void cancel(const Pending& job);
    void cancel_all();
    // Nobody waits for it any more; its answer is dropped.
    void forget(const Pending& pending);
    // Reads for others once: until something came or went, a Connection::kSlice, or `until`.
    void wait_a_round(Deadline until);
    // Whether no job was in flight any more before the deadline.
    bool drain(Deadline deadline);
    std::size_t jobs_in_flight() const;

    // One question and its answer. Errors: session errors, `timed_out`, the daemon's.
    template <class Answer, class Request>
    Result<Answer> ask(Request question, std::chrono::milliseconds timeout,
                       std::function<void(const Progress&)> on_progress = {}) {
        const auto call =
            std::make_shared<Call<Request, Answer>>(std::move(question), std::move(on_progress));
        const Result<void> ended = carry_out(call, Deadline(timeout));
        call->end_progress();
        if (!ended) return ended.error();
        return std::move(call->answer);
    }

    // Of the process whose pidfd is `borrower`. Errors: session errors, the daemon's.
    Result<ipc::Lent> lend(const ipc::Lend& request, int borrower, Deadline deadline);

    // Members of Client of the same names.
    Result<Slot> take(std::uint64_t bytes);
    Result<void> reserve(std::uint64_t bytes);
    void trim();
    int fd() const;
    short events() const;
    Result<std::size_t> dispatch();

  private:
    explicit Session(Options options) : options_(std::move(options)) {}

    // session_connect.cpp
    Result<void> connect(Lock& lock, Deadline deadline);
    Result<void> connect_again(Lock& lock, Deadline patience, Deadline deadline);
    Result<std::unique_ptr<Connection>> reach(Deadline deadline);
    Result<std::unique_ptr<Connection>> reach_one_of(const std::vector<std::string>& candidates);
    Result<std::unique_ptr<Connection>> start_daemon(const std::vector<std::string>& candidates,
                                                     const Error& unreached);
    Result<void> resume(Connection& connection, const std::vector<ChannelPtr>& channels,
                        std::vector<std::uint32_t>& ids, Deadline deadline);
    void drop(const Error& why, Callbacks& callbacks);
    void lost(Lock& lock, const Error& why, Deadline deadline);

    // session.cpp
    Result<void> carry_out(const PendingPtr& pending, Deadline deadline);
    Result<void> admit(const Pending& pending) const;
    void drive(Lock& lock, Deadline deadline);
    Result<void> take_frames(Connection& connection, Callbacks& callbacks);
    void handle(ipc::Frame& frame, Callbacks& callbacks);
    void end(const PendingPtr& pending);
    void close_channel(std::uint32_t id);
    void wake_followers();
    static void run(Lock& lock, Callbacks& callbacks);

    // session_channels.cpp
    class Opening;
    std::optional<Slot> take_from_open(std::size_t bytes);
    std::uint64_t sensible_size(std::uint64_t needed) const;
    Result<Slot> open_channel(std::uint64_t bytes, std::size_t slot);
    Result<Slot> open_channel_for(std::uint64_t needed, std::uint64_t wanted, std::size_t slot);
    Result<std::uint64_t> checked_size(Lock& lock, std::uint64_t bytes);
    void close_idle(bool only_useless);

    const Options options_;
    std::string socket_;  // the path that answered first; reconnects go there

    mutable std::mutex mutex_;
    std::condition_variable changed_;
    // All below under mutex_.
    std::shared_ptr<Connection> connection_;
    bool reading_ = false;        // a thread is in Connection::read()
    bool connecting_ = false;     // a thread connects again
    std::uint64_t attempts_ = 0;  // to connect again that have ended
    Error unreachable_;           // why the last of them failed; `ok` where it did not
    bool closed_ = false;
    std::size_t followers_ = 0;  // threads that sleep on changed_
    std::map<std::uint64_t, PendingPtr> pending_;
    std::uint64_t next_request_ = 1;
    std::size_t jobs_ = 0, inline_bytes_ = 0;  // of pending_
    std::uint64_t answers_ = 0;                // that ended a request, ever
    std::vector<ChannelPtr> channels_;
    DaemonInfo daemon_;
    Error farewell_;  // what the daemon said before it closed the connection
};

}  // namespace samovar::client
