// How a session finds its daemon, and finds it again.

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <thread>
#include <utility>

#include "client/address.hpp"
#include "client/private_daemon.hpp"
#include "client/session.hpp"

namespace samovar::client {
namespace {

namespace fs = std::filesystem;

// Between attempts to reach a daemon that went away: it starts in milliseconds, but a supervisor
// may wait before it starts it again.
constexpr std::chrono::milliseconds kFirstPause{20};
constexpr std::chrono::milliseconds kLongestPause{500};
// For a daemon that is started: it reads its models first, and copies those that are new.
constexpr std::chrono::minutes kStartPatience{1};

// What a daemon that is coming back may answer.
bool may_pass(Errc code) {
    return code == Errc::no_daemon || code == Errc::busy || code == Errc::disconnected ||
           code == Errc::shutting_down;
}

// What a daemon answers at its end, and what there is to hear after it.
bool may_be_over(Errc code) {
    return code == Errc::no_daemon || code == Errc::disconnected || code == Errc::shutting_down;
}

// That there is no daemon remains what is wrong.
Error not_started(const Error& unreached, const Error& why) {
    return {unreached.code, unreached.message + ", and none was started: " + why.message, why.hint,
            0, 0};
}

const char* environment(const char* name) {
    return std::getenv(name);
}

}  // namespace

Result<std::shared_ptr<Session>> Session::open(Options options) {
    const auto candidates = socket_candidates(options.socket, environment);
    const bool may_start = !options.start.empty() && !socket_is_named(options.socket, environment);
    const std::shared_ptr<Session> session(new Session(std::move(options)));
    Result<std::unique_ptr<Connection>> made = session->reach_one_of(candidates);
    if (!made && may_start && may_be_over(made.error().code))
        made = session->start_daemon(candidates, made.error());
    if (!made) return made.error();
    session->daemon_ = (*made)->daemon();
    session->connection_ = std::move(*made);
    return session;
}

Result<std::unique_ptr<Connection>> Session::reach_one_of(
    const std::vector<std::string>& candidates) {
    const Deadline deadline(options_.connect_timeout);
    for (const std::string& path : candidates) {
        socket_ = path;
        Result<std::unique_ptr<Connection>> made = reach(deadline);
        if (made || made.error().code != Errc::no_daemon) return made;
    }
    return nobody_listens(candidates);
}

// At the first place, the user's own. A socket that is there was made by somebody who meant a
// daemon to be there, with models and limits of its own: it is not replaced, unless a private
// daemon that was killed has left it.
Result<std::unique_ptr<Connection>> Session::start_daemon(
    const std::vector<std::string>& candidates, const Error& unreached) {
    for (std::size_t i = 1; i < candidates.size(); ++i)
        if (std::error_code fault; fs::exists(fs::symlink_status(candidates[i], fault)))
            return unreached;
    socket_ = candidates.front();
    const Deadline deadline(kStartPatience);
    const Result<StartLock> lock = StartLock::take(socket_, deadline);
    if (!lock) return not_started(unreached, lock.error());
    auto pause = kFirstPause;
    while (true) {
        // Another process may have been quicker; and a private daemon that ends is waited for.
        Result<std::unique_ptr<Connection>> made = reach(Deadline(options_.connect_timeout));
        if (made || !may_be_over(made.error().code)) return made;
        if (made.error().code == Errc::no_daemon) break;
        if (!lock->is_free() || deadline.over()) return made;
        std::this_thread::sleep_for(pause);
        pause = std::min(2 * pause, kLongestPause);
    }
    if (!lock->is_free()) return unreached;
    if (Result<void> started = start_private_daemon(options_.start, socket_, deadline); !started)
        return not_started(unreached, started.error());
    lock->note_socket();
    return reach(Deadline(options_.connect_timeout));
}

Result<std::unique_ptr<Connection>> Session::reach(Deadline deadline) {
    Result<ipc::UniqueFd> socket = connect_to(socket_);
    if (!socket) return socket.error();
    return Connection::greet(std::move(*socket), options_.name, deadline);
}

void Session::close() {
    Lock lock(mutex_);
    closed_ = true;
    Callbacks callbacks;
    // Whoever reads sees the end of the stream, and ends all that is outstanding.
    if (connection_) connection_->shut();
    if (!reading_)
        drop({Errc::disconnected, "the client was closed", "keep it until its jobs are done", 0, 0},
             callbacks);
    changed_.notify_all();
    run(lock, callbacks);
}

Result<void> Session::connect(Lock& lock, Deadline deadline) {
    const Deadline patience(std::min(options_.reconnect_wait, deadline.remaining()));
    while (!connection_) {
        if (closed_) return Error{Errc::disconnected, "the client was closed", "", 0, 0};
        if (!options_.reconnect)
            return Error{Errc::disconnected, "the connection to samovard is lost",
                         "make a new client, or let this one connect again", 0, 0};
        if (!connecting_) return connect_again(lock, patience, deadline);
        // Another thread is at it. Where that comes to nothing, those who have waited as long as
        // they would themselves go by it: they must not begin anew, one after the other.
        const std::uint64_t attempt = attempts_;
        ++followers_;
        const bool ended =
            changed_.wait_until(lock, deadline.at(), [&] { return attempts_ != attempt; });
        --followers_;
        if (!ended)
            return Error{Errc::timed_out, "samovard could not be reached again in time", "", 0, 0};
        if (!connection_ && unreachable_.code != Errc::ok && patience.over()) return unreachable_;
    }
    return {};
}

Result<void> Session::connect_again(Lock& lock, Deadline patience, Deadline deadline) {
    auto pause = kFirstPause;
    connecting_ = true;
    while (true) {
        const std::vector<ChannelPtr> channels = channels_;
        std::vector<std::uint32_t> ids(channels.size(), 0);
        lock.unlock();
        const Deadline handshake(std::min(options_.connect_timeout, deadline.remaining()));
        Result<std::unique_ptr<Connection>> made = reach(handshake);
        Result<void> result;
        if (!made) result = made.error();
        if (made) result = resume(**made, channels, ids, handshake);
        lock.lock();
        if (closed_) result = Error{Errc::disconnected, "the client was closed", "", 0, 0};
        if (result) {
            for (std::size_t i = 0; i < channels.size(); ++i)
                channels[i]->set_id(ids[i]);
            daemon_ = (*made)->daemon();
            connection_ = std::move(*made);
        }
        if (result || closed_ || !may_pass(result.error().code) || patience.over()) {
            connecting_ = false;
            ++attempts_;
            unreachable_ = result ? Error{} : result.error();
            wake_followers();
            return result;
        }
        ++followers_;
        changed_.wait_until(lock, std::min(patience.at(), Clock::now() + pause));
        --followers_;
        pause = std::min(2 * pause, kLongestPause);
    }
}

// A channel that the daemon refuses (a lower quota) stays without an id: its slots are still
// memory, but no job can use them.
Result<void> Session::resume(Connection& connection, const std::vector<ChannelPtr>& channels,
                             std::vector<std::uint32_t>& ids, Deadline deadline) {
    for (std::size_t i = 0; i < channels.size(); ++i) {
        const auto frame =
            ipc::encode(ipc::ResumeChannel{channels[i]->bytes().size()}, i + 1, /*descriptors=*/1);
        if (!frame) return frame.error();
        if (Result<void> sent = connection.send_whole(*frame, channels[i]->memfd(), deadline);
            !sent)
            return sent;
        const Result<ipc::Frame> reply = connection.wait_for_frame(deadline);
        if (!reply) return reply.error();
        const auto opened = answer_in<ipc::ChannelOpened>(*reply);
        if (opened) ids[i] = opened->channel;
        // Not about this channel, so about the session: it ends.
        if (reply->header.request != i + 1)
            return opened ? Error{Errc::protocol, "an answer to nothing", "", 0, 0}
                          : opened.error();
    }
    return {};
}

void Session::drop(const Error& why, Callbacks& callbacks) {
    Error error = why;
    if (closed_) {
        error = {Errc::disconnected, "the client was closed", "keep it until its jobs are done", 0,
                 0};
    } else if (farewell_.code != Errc::ok) {
        error = {Errc::disconnected, "samovard ended the session: " + farewell_.message,
                 farewell_.hint, 0, farewell_.retry_after_ms};
    }
    farewell_ = {};
    connection_.reset();
    for (const ChannelPtr& channel : channels_)
        channel->set_id(0);
    for (const auto& [request, pending] : std::exchange(pending_, {})) {
        pending->on_failure(error, callbacks);
        end(pending);
    }
    changed_.notify_all();
}

// A send failed: the daemon has closed its end. What it said before is still to be read.
void Session::lost(Lock& lock, const Error& why, Deadline deadline) {
    const std::shared_ptr<Connection> connection = connection_;
    if (reading_) {
        while (connection_ == connection && !deadline.over()) {
            ++followers_;
            changed_.wait_until(lock, deadline.at());
            --followers_;
        }
        return;
    }
    Callbacks callbacks;
    Result<void> result;
    while (result) {
        const Result<bool> any = connection->read_now();
        if (!any || !*any) break;
        result = take_frames(*connection, callbacks);
    }
    drop(why, callbacks);
    run(lock, callbacks);
}

}  // namespace samovar::client
