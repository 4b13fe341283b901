#include "client/session.hpp"

#include <poll.h>

#include <utility>

namespace samovar::client {

// ---- Requests -----------------------------------------------------------------------------------

Result<void> Session::admit(const Pending& pending) const {
    const std::size_t most = connection_->limits().session_jobs;
    if (jobs_ + pending.jobs() > most && pending.jobs() > 0)
        return Error{Errc::busy,
                     std::to_string(jobs_) +
                         " jobs are in flight, and the daemon allows a session " +
                         std::to_string(most),
                     "wait for one of them", 0, 0};
    const std::uint64_t most_bytes = connection_->limits().session_inline_bytes;
    if (inline_bytes_ + pending.inline_bytes() > most_bytes)
        return Error{Errc::busy,
                     "the jobs in flight hold " + std::to_string(inline_bytes_) +
                         " bytes of inline tensors, and the daemon allows " +
                         std::to_string(most_bytes),
                     "wait for a job, or put tensors into slots", 0, 0};
    if (!connection_->has_room())
        return Error{Errc::busy,
                     "the daemon does not read, and " + std::to_string(Connection::kMaxUnsent) +
                         " bytes wait to be sent already",
                     "wait for a job", 0, 0};
    return {};
}

Result<void> Session::start(const PendingPtr& pending, Deadline deadline) {
    Lock lock(mutex_);
    Error dead;
    // A daemon that went away while nobody looked is noticed by the send, which sends nothing then:
    // so a second try is safe.
    for (int attempt = 0; attempt < 2; ++attempt) {
        if (Result<void> connected = connect(lock, deadline); !connected) return connected;
        if (Result<void> admitted = admit(*pending); !admitted) return admitted;
        const std::uint64_t request = next_request_++;
        const Result<ipc::Bytes> frame = pending->frame(request);
        if (!frame) return frame.error();
        const Result<void> sent = connection_->send(*frame);
        if (sent) {
            pending->request = request;
            pending_.emplace(request, pending);
            jobs_ += pending->jobs();
            inline_bytes_ += pending->inline_bytes();
            return {};
        }
        dead = sent.error();
        lost(lock, dead, deadline);
    }
    return dead;
}

Result<void> Session::carry_out(const PendingPtr& pending, Deadline deadline) {
    while (true) {
        Result<void> started = start(pending, deadline);
        if (started) break;
        // The allowance is used up: an answer makes room.
        if (started.error().code != Errc::busy || started.error().retry_after_ms > 0)
            return started;
        if (deadline.over()) return started;
        wait_a_round(deadline);
    }
    if (wait(*pending, deadline)) return {};
    forget(*pending);
    return Error{Errc::timed_out, "samovard did not answer in time",
                 "see whether it is stopped or overloaded, or allow more time", 0, 0};
}

bool Session::wait(const Pending& pending, Deadline deadline) {
    Lock lock(mutex_);
    while (!pending.done()) {
        if (deadline.over()) return false;
        drive(lock, deadline);
    }
    return true;
}

void Session::wait_a_round(Deadline until) {
    Lock lock(mutex_);
    drive(lock, until);
}

bool Session::drain(Deadline deadline) {
    Lock lock(mutex_);
    while (jobs_ > 0) {
        if (deadline.over()) return false;
        drive(lock, deadline);
    }
    return true;
}

std::size_t Session::jobs_in_flight() const {
    const std::scoped_lock lock(mutex_);
    return jobs_;
}

// A cancel that cannot be sent is of no matter: the connection is over, and so is the job.
void Session::cancel(const Pending& job) {
    const std::scoped_lock lock(mutex_);
    if (connection_ && pending_.contains(job.request))
        if (const auto frame = ipc::encode(ipc::Cancel{}, job.request))
            static_cast<void>(connection_->send(*frame));
}

void Session::cancel_all() {
    const std::scoped_lock lock(mutex_);
    for (const auto& [request, pending] : pending_)
        if (connection_ && pending->jobs() > 0)
            if (const auto frame = ipc::encode(ipc::Cancel{}, request))
                static_cast<void>(connection_->send(*frame));
}

void Session::forget(const Pending& pending) {
    const std::scoped_lock lock(mutex_);
    const auto found = pending_.find(pending.request);
    if (found == pending_.end() || found->second.get() != &pending) return;
    jobs_ -= pending.jobs();
    inline_bytes_ -= pending.inline_bytes();
    pending_.erase(found);
}

// ---- Reading ------------------------------------------------------------------------------------

void Session::drive(Lock& lock, Deadline deadline) {
    if (reading_ || !connection_) {
        ++followers_;
        changed_.wait_until(lock, std::min(deadline.at(), Clock::now() + Connection::kSlice));
        --followers_;
        // The reader may have begun before there was something left to send.
        if (connection_) static_cast<void>(connection_->flush());
        return;
    }
    const std::shared_ptr<Connection> connection = connection_;
    const bool writing = connection->has_unsent();
    reading_ = true;
    lock.unlock();
    Result<void> result = connection->read(deadline, writing);
    lock.lock();
    reading_ = false;
    Callbacks callbacks;
    if (result) result = take_frames(*connection, callbacks);
    // Where this fails, the next read says so, after what had arrived.
    if (result) static_cast<void>(connection->flush());
    if (!result) drop(result.error(), callbacks);
    wake_followers();
    run(lock, callbacks);
}

Result<std::size_t> Session::dispatch() {
    Lock lock(mutex_);
    if (!connection_)
        return Error{Errc::disconnected, "there is no connection to samovard",
                     "the next call connects again", 0, 0};
    if (reading_) return std::size_t{0};
    const std::uint64_t before = answers_;
    static_cast<void>(connection_->flush());
    Callbacks callbacks;
    Result<void> result;
    while (result) {
        const Result<bool> any = connection_->read_now();
        result = any ? take_frames(*connection_, callbacks) : any.error();
        if (any && !*any) break;
    }
    const std::size_t ended = static_cast<std::size_t>(answers_ - before);
    if (!result) drop(result.error(), callbacks);
    wake_followers();
    run(lock, callbacks);
    if (!result) return result.error();
    return ended;
}

Result<void> Session::take_frames(Connection& connection, Callbacks& callbacks) {
    while (true) {
        Result<std::optional<ipc::Frame>> frame = connection.next();
        if (!frame) return frame.error();
        if (!*frame) return {};
        handle(**frame, callbacks);
    }
}

void Session::handle(ipc::Frame& frame, Callbacks& callbacks) {
    const auto found = pending_.find(frame.header.request);
    if (found == pending_.end()) {
        // An answer that nobody waits for any more, or the reason why the connection ends.
        if (frame.header.type == ipc::MessageType::channel_opened) {
            if (const auto opened = ipc::decode<ipc::ChannelOpened>(frame.body))
                close_channel(opened->channel);
        } else if (frame.header.type == ipc::MessageType::error && frame.header.request == 0) {
            if (auto reply = ipc::decode<ipc::ErrorReply>(frame.body))
                farewell_ = std::move(reply->error);
        }
        return;
    }
    if (frame.header.type == ipc::MessageType::progress) {
        if (const auto progress = ipc::decode<ipc::Progress>(frame.body))
            found->second->on_progress({progress->phase, progress->done, progress->total},
                                       callbacks);
        return;
    }
    if (frame.header.type == ipc::MessageType::event ||
        frame.header.type == ipc::MessageType::metrics)
        return found->second->on_event(frame);
    const PendingPtr pending = found->second;
    pending_.erase(found);
    pending->on_answer(frame, callbacks);
    end(pending);
}

void Session::end(const PendingPtr& pending) {
    jobs_ -= pending->jobs();
    inline_bytes_ -= pending->inline_bytes();
    ++answers_;
    pending->set_done();
}

void Session::close_channel(std::uint32_t id) {
    // Its answer finds nobody waiting.
    if (const auto frame = ipc::encode(ipc::CloseChannel{id}, next_request_++);
        frame && connection_)
        static_cast<void>(connection_->send(*frame));
}

void Session::wake_followers() {
    if (followers_ > 0) changed_.notify_all();
}

void Session::run(Lock& lock, Callbacks& callbacks) {
    if (callbacks.empty()) return;
    lock.unlock();
    for (const auto& callback : callbacks)
        callback();
    lock.lock();
}

int Session::fd() const {
    const std::scoped_lock lock(mutex_);
    return connection_ ? connection_->fd() : -1;
}

short Session::events() const {
    const std::scoped_lock lock(mutex_);
    if (!connection_) return 0;
    return connection_->has_unsent() ? POLLIN | POLLOUT : POLLIN;
}

DaemonInfo Session::daemon() const {
    const std::scoped_lock lock(mutex_);
    return daemon_;
}

}  // namespace samovar::client
