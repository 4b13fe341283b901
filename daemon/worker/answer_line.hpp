#pragma once
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

#include "ipc/wire/worker_messages.hpp"

namespace samovar::worker {

// The answers of the jobs that have run, on their way out in the order in which they ran. Where
// what is left of one asks nothing of the device (its pictures are to be encoded), other threads do
// that while the next batch runs; those behind it wait.
class AnswerLine {
  public:
    using Send = std::function<void(std::uint64_t request, Result<ipc::JobDone> answer)>;
    // What is left of a job. Must not throw. Gone, with all that it holds, when the answer is sent.
    using Finish = std::function<Result<ipc::JobDone>()>;
    struct Answer {
        std::uint64_t request;
        std::optional<Result<ipc::JobDone>> answer;
        Finish finish{};  // where there is no answer yet
    };

    // `send` is called by one thread at a time. Threads, `most` at most, are begun when there is
    // something for them to do.
    AnswerLine(Send send, unsigned most) : send_(std::move(send)), most_(most) {}
    // Ends when all that was begun has ended; what waits is left.
    ~AnswerLine();
    AnswerLine(const AnswerLine&) = delete;
    AnswerLine& operator=(const AnswerLine&) = delete;

    // One thread's: these come next. An answer that has none before it is sent at once, by the
    // caller.
    void add(Answer answer);
    // Waits until all were sent.
    void drain();

  private:
    void finish_some();
    void send_ready(std::unique_lock<std::mutex>& lock);

    const Send send_;
    const unsigned most_;
    std::mutex guard_;
    std::condition_variable changed_;
    std::deque<Answer> line_;         // not sent
    std::deque<Answer*> unfinished_;  // those of the line that nobody has begun
    bool sending_ = false, stopped_ = false;
    std::size_t idle_ = 0;
    std::vector<std::thread> threads_;
};

}  // namespace samovar::worker
