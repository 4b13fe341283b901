// A session's life and the sorting of its frames.

#include "daemon/sessions/session.hpp"

#include <spdlog/spdlog.h>
#include <unistd.h>

#include "ipc/words.hpp"

namespace samovar::daemon {
namespace {

// A client that connects and says nothing is let go.
constexpr std::chrono::milliseconds kHelloPatience{10'000};

// What a client says of itself must not write lines of its own into the log.
std::string printable(std::string text) {
    for (char& letter : text)
        if (letter < ' ' || letter > '~') letter = '?';
    return text;
}

// What needs no right, and gives back what one has.
bool is_for_anybody(ipc::MessageType type) {
    using ipc::MessageType;
    return type == MessageType::ping || type == MessageType::cancel ||
           type == MessageType::close_channel || type == MessageType::who_am_i;
}

}  // namespace

Session::Session(std::uint64_t id, UnixSocket socket, ipc::Peer peer, scheduler::Caller caller,
                 Services& services)
    : id_(id),
      peer_(peer),
      caller_(std::move(caller)),
      services_(services),
      loop_(socket.get_executor()) {
    connection_ = std::make_shared<Connection>(std::move(socket), ConnectionLimits(),
                                               services_.buffers.of(peer.uid));
    name_ = "session " + std::to_string(id) + " uid=" + std::to_string(peer.uid) +
            " pid=" + std::to_string(peer.pid);
}

Session::~Session() = default;

asio::awaitable<void> Session::run() {
    const auto self = shared_from_this();
    services_.turns.enter(uid());
    try {
        co_await serve();
    } catch (const std::exception& fault) {
        spdlog::error("{}: {}", name_, fault.what());
    }
    end();
}

asio::awaitable<void> Session::serve() {
    asio::steady_timer patience(loop_, kHelloPatience);
    patience.async_wait([weak = weak_from_this()](boost::system::error_code fault) {
        if (const auto session = weak.lock(); session && !fault && !session->greeted_)
            session->close();
    });
    ipc::Greeting greeting;
    greeting.daemon = "samovard " SAMOVAR_VERSION;
    greeting.limits.session_jobs = static_cast<std::uint32_t>(services_.queue.of_session().jobs);
    greeting.limits.session_inline_bytes = services_.queue.of_session().bytes;
    greeting.limits.user_channel_bytes = rights().channel_bytes.value;
    greeting.roles = (rights().submits() ? ipc::kRoleSubmit : 0) |
                     (rights().administers() ? ipc::kRoleAdmin : 0);
    connection_->send(greeting, 0);
    spdlog::debug("{}: connected", name_);

    while (true) {
        Result<ipc::Frame> frame = co_await connection_->next();
        if (!frame) {
            if (frame.error().code != Errc::disconnected) refuse_protocol(0, frame.error());
            co_return;
        }
        if (!services_.turns.is_free()) {
            co_await services_.turns.wait(uid());
            if (connection_->closed()) co_return;
        }
        if (greeted_) {
            if (!handle(*frame)) co_return;
            continue;
        }
        Result<void> hello = greet(*frame);
        if (!hello) {
            refuse_protocol(frame->header.request, hello.error());
            co_return;
        }
        patience.cancel();
    }
}

// Gives back everything it holds. What a worker still reads or writes lives on in its job.
void Session::end() {
    ended_ = true;
    services_.turns.leave(uid());
    spdlog::debug("{}: ended after {}{}{}", name_, ipc::count_of(jobs_seen_, "job"),
                  connection_->reason().empty() ? "" : ": ", connection_->reason());
    for (const auto& [request, job] : std::exchange(jobs_, {}))
        services_.dispatcher.abandon(job);
    channels_.clear();
    connection_->close_when_sent();
}

void Session::spawn(asio::awaitable<void> work) {
    asio::co_spawn(loop_, std::move(work), [self = shared_from_this()](std::exception_ptr fault) {
        try {
            if (fault) std::rethrow_exception(fault);
        } catch (const std::exception& what) {
            spdlog::error("{}: {}", self->name_, what.what());
            self->close();
        }
    });
}

void Session::close() {
    connection_->close();
}

void Session::close_when_sent() {
    connection_->close_when_sent();
}

Result<void> Session::greet(const ipc::Frame& frame) {
    if (frame.header.type != ipc::MessageType::hello)
        return Error{
            Errc::protocol,
            "the first frame is a " + std::string(to_string(frame.header.type)) + ", not a hello",
            "answer the greeting with a hello", 0, 0};
    const Result<ipc::Hello> hello = ipc::decode<ipc::Hello>(frame.body);
    if (!hello) return hello.error();
    if (hello->version < ipc::kOldestVersion || hello->version > ipc::kNewestVersion)
        return Error{Errc::version,
                     "protocol version " + std::to_string(hello->version) +
                         " is not spoken here: " + std::to_string(ipc::kOldestVersion) + " to " +
                         std::to_string(ipc::kNewestVersion),
                     "use a client library of this release", 0, 0};
    name_ += " " + printable(hello->client);
    greeted_ = true;
    return {};
}

bool Session::refuse_protocol(std::uint64_t request, const Error& error) {
    spdlog::warn("{}: {}", name_, describe(error));
    fail(request, error);
    connection_->close_when_sent();
    return false;
}

void Session::fail(std::uint64_t request, const Error& error) {
    services_.error_told(error.code);
    ipc::ErrorReply reply{error};
    reply.error.message = reply.error.message.substr(0, kMaxTextBytes);
    reply.error.hint = reply.error.hint.substr(0, kMaxTextBytes);
    connection_->send(reply, request);
}

template <class Argument>
bool Session::with(const ipc::Frame& frame, void (Session::*handler)(std::uint64_t, Argument)) {
    auto message = ipc::decode<std::remove_cvref_t<Argument>>(frame.body);
    if (!message) return refuse_protocol(frame.header.request, message.error());
    (this->*handler)(frame.header.request, std::move(*message));
    return true;
}

bool Session::handle(ipc::Frame& frame) {
    using ipc::MessageType;
    const std::uint64_t request = frame.header.request;
    const MessageType type = frame.header.type;
    if (request == 0)
        return refuse_protocol(
            0, {Errc::protocol, "a request has the id 0", "number requests from 1", 0, 0});
    if (frame.descriptor && type != MessageType::resume_channel && type != MessageType::lend)
        return refuse_protocol(
            request, {Errc::protocol,
                      "a " + std::string(to_string(type)) + " carries no descriptor", "", 0, 0});
    if (!is_for_anybody(type) && !may_ask(request)) return true;
    switch (type) {
        case MessageType::ping: return with(frame, &Session::ping);
        case MessageType::who_am_i: return with(frame, &Session::who_am_i);
        case MessageType::submit: return with(frame, &Session::submit);
        case MessageType::cancel: return with(frame, &Session::cancel);
        case MessageType::open_channel: return with(frame, &Session::open_channel);
        case MessageType::resume_channel: return resume_channel(frame);
        case MessageType::close_channel: return with(frame, &Session::close_channel);
        case MessageType::list_models: return with(frame, &Session::list_models);
        case MessageType::describe_model: return with(frame, &Session::describe_model);
        case MessageType::explain_model: return with(frame, &Session::explain_model);
        case MessageType::watch_events: return with(frame, &Session::watch_events);
        case MessageType::describe_warmth: return with(frame, &Session::describe_warmth);
        case MessageType::status: return with(frame, &Session::report_status);
        case MessageType::read_metrics: return with(frame, &Session::read_metrics);
        case MessageType::load_model: return with(frame, &Session::load_model);
        case MessageType::unload_model: return with(frame, &Session::unload_model);
        case MessageType::set_residency: return with(frame, &Session::set_residency);
        case MessageType::lend: return lend(frame);
        case MessageType::add_model: return with(frame, &Session::add_model);
        case MessageType::remove_model: return with(frame, &Session::remove_model);
        case MessageType::reload: return with(frame, &Session::reload);
        default:
            return refuse_protocol(
                request, {Errc::protocol,
                          "frame type " + std::to_string(static_cast<unsigned>(type)) + " (" +
                              std::string(to_string(type)) + ") is no request",
                          "docs/protocol.md lists the requests", 0, 0});
    }
}

void Session::ping(std::uint64_t request, ipc::Ping) {
    connection_->send(ipc::Pong{services_.uptime_ms(), static_cast<std::uint32_t>(::getpid())},
                      request);
}

void Session::report_status(std::uint64_t request, ipc::Status message) {
    // What a GPU has free may have to be asked for.
    services_.keeper.refresh_devices([weak = weak_from_this(), request, all = message.all] {
        if (const auto self = weak.lock())
            self->connection_->send(self->seen(self->services_.status(all)), request);
    });
}

void Session::read_metrics(std::uint64_t request, ipc::ReadMetrics) {
    services_.keeper.refresh_devices([weak = weak_from_this(), request] {
        const auto self = weak.lock();
        if (!self) return;
        const scheduler::Rights& mine = self->rights();
        const std::string text = self->services_.metrics(
            [&mine](const std::string& model) { return mine.may_use(model); });
        for (std::size_t at = 0; at < text.size(); at += kMaxMetricsPartBytes)
            self->connection_->send(ipc::Metrics{text.substr(at, kMaxMetricsPartBytes)}, request);
        self->connection_->send(ipc::Ok{}, request);
    });
}

}  // namespace samovar::daemon
