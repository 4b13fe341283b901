#include "daemon/worker/answer_line.hpp"

#include <sys/prctl.h>

#include <utility>

namespace samovar::worker {

AnswerLine::~AnswerLine() {
    {
        const std::lock_guard lock(guard_);
        stopped_ = true;
        changed_.notify_all();
    }
    for (std::thread& thread : threads_)
        thread.join();
}

void AnswerLine::add(Answer answer) {
    std::unique_lock lock(guard_);
    // Nobody but the caller adds, and only what is in the line is sent by others.
    if (answer.answer && line_.empty() && !sending_) {
        lock.unlock();
        return send_(answer.request, *std::move(answer.answer));
    }
    line_.push_back(std::move(answer));
    if (line_.back().answer) return;
    unfinished_.push_back(&line_.back());
    if (idle_ < unfinished_.size() && threads_.size() < most_)
        threads_.emplace_back([this] { finish_some(); });
    changed_.notify_all();
}

void AnswerLine::drain() {
    std::unique_lock lock(guard_);
    changed_.wait(lock, [this] { return line_.empty() && !sending_; });
}

// A thread's life.
void AnswerLine::finish_some() {
    prctl(PR_SET_NAME, "encoder");
    std::unique_lock lock(guard_);
    for (;;) {
        ++idle_;
        changed_.wait(lock, [this] { return !unfinished_.empty() || stopped_; });
        --idle_;
        if (stopped_) return;
        Answer& next = *unfinished_.front();  // a deque moves nothing but at its ends
        unfinished_.pop_front();
        Finish finish = std::exchange(next.finish, nullptr);
        lock.unlock();
        Result<ipc::JobDone> answer = finish();
        finish = nullptr;
        lock.lock();
        next.answer.emplace(std::move(answer));
        send_ready(lock);
    }
}

void AnswerLine::send_ready(std::unique_lock<std::mutex>& lock) {
    if (sending_) return;  // whoever does comes to this one
    sending_ = true;
    while (!line_.empty() && line_.front().answer) {
        const std::uint64_t request = line_.front().request;
        Result<ipc::JobDone> answer = *std::move(line_.front().answer);
        line_.pop_front();
        lock.unlock();
        send_(request, std::move(answer));
        lock.lock();
    }
    sending_ = false;
    changed_.notify_all();
}

}  // namespace samovar::worker
