// Starting, accepting and stopping; what concerns models is in server_models.cpp.

#include "daemon/server.hpp"

#include <spdlog/spdlog.h>
#include <unistd.h>
#include <algorithm>
#include <cerrno>
#include <csignal>
#include <thread>

#include "daemon/models/read_ahead.hpp"
#include "daemon/service/notify.hpp"
#include "ipc/words.hpp"

namespace samovar::daemon {
namespace {

using Steady = std::chrono::steady_clock;

// What workers may take to end after the last job, the time until they are killed included.
constexpr std::chrono::seconds kEndOfWorkers{10};

WorkerSettings settings_of(const Options& options) {
    WorkerSettings settings;
    settings.cpu_program = options.worker_folder / "samovar-worker";
    settings.cuda_program = options.worker_folder / "samovar-worker-cuda";
    settings.threads = options.threads;
    settings.cores = std::max(1U, std::thread::hardware_concurrency());
    settings.log_level = options.log_level;
    settings.log_json = options.log_format == LogFormat::json;
    settings.decode_cache = options.decode_cache;
    settings.sandbox = options.sandbox;
    settings.rooms = Store::rooms_in(options.store);
    settings.limits.linger = options.linger;
    settings.limits.ask_for_room = true;
    settings.limits.parallel_loads = options.parallel_loads;
    return settings;
}

// The first job would be told, but whoever starts the daemon is another person often.
void warn_without(const std::filesystem::path& worker) {
    if (::access(worker.c_str(), X_OK) == 0) return;
    spdlog::warn(
        "workers: {}: {}; no model can run on the CPU: name the folder of {} with "
        "--worker-folder",
        worker.string(), std::generic_category().message(errno), worker.filename().string());
}

std::uint64_t milliseconds_since(Steady::time_point then) {
    return static_cast<std::uint64_t>(
        std::chrono::duration_cast<std::chrono::milliseconds>(Steady::now() - then).count());
}

// A folder that was rejected, or a model that this machine cannot run: nothing is known of it.
ipc::ModelStatus unusable_status(const std::string& name, const Registry::Entry& entry) {
    ipc::ModelStatus status;
    status.name = name;
    status.residency = ipc::Residency::failed;
    status.measured = true;
    if (entry.current) status.device = entry.current->device;
    return status;
}

// All groups of the peer: where the kernel does not tell, the one that its credentials name.
std::vector<gid_t> groups_of(int socket, const ipc::Peer& peer) {
    Result<std::vector<gid_t>> groups = ipc::groups_of_peer(socket);
    std::vector<gid_t> all = groups ? std::move(*groups) : std::vector<gid_t>();
    all.push_back(peer.gid);
    return all;
}

// An error in the place of the greeting.
void turn_away(UnixSocket socket, Error error) {
    const auto connection = std::make_shared<Connection>(std::move(socket));
    connection->send(ipc::ErrorReply{std::move(error)}, 0);
    connection->close_when_sent();
}

}  // namespace

Server::Server(asio::io_context& loop, Options options, Store store, Listener listener)
    : loop_(loop),
      options_(std::move(options)),
      policy_(options_.policy),
      store_(std::move(store)),
      devices_(find_devices(options_.worker_folder, options_.device_nodes)),
      writers_(is_system_user(::geteuid()) ? Writers::owners : Writers::anybody),
      queue_(options_.queue),
      metrics_(std::make_shared<Metrics>()),
      dispatcher_(loop.get_executor(), settings_of(options_)),
      keeper_(loop.get_executor(), dispatcher_, options_.budgets, channels_, disk_),
      turns_(loop.get_executor()),
      spare_memory_(loop.get_executor(), memory_),
      services_{registry_, dispatcher_, keeper_, channels_, queue_, policy_, turns_, buffers_,
                {},        {},          {},      {},        {},     {},      {},     {}},
      listener_(std::move(listener)),
      scrapers_(loop, [this] { return metrics_for_scraper(); }),
      signals_(loop, SIGTERM, SIGINT, SIGHUP),
      drain_timer_(loop),
      reload_done_(loop, Steady::time_point::max()),
      idle_timer_(loop),
      status_line_(std::make_shared<StatusLine>(loop.get_executor(), [this] { return hotness(); })),
      watchdog_(loop.get_executor()),
      started_(Steady::now()) {
    services_.reload = [this] { return reload(); };
    services_.add_model = [this](const std::string& folder) { return add_model(folder); };
    services_.remove_model = [this](const std::string& model) { return remove_model(model); };
    services_.status = [this](bool all) { return status(all); };
    services_.sessions_of = [this](uid_t uid) { return sessions_of(uid); };
    services_.uptime_ms = [this] { return milliseconds_since(started_); };
    begin_to_count();
    channels_.on_gone = [this](std::uint32_t channel) { dispatcher_.channel_gone(channel); };
    dispatcher_.on_load_to_come = [this](const ModelVersion& model) {
        asio::post(ahead_, [code = model.code, stop = stop_ahead_.get_token()] {
            read_ahead(files_to_read(code), stop);
        });
    };
    dispatcher_.on_left_behind = [this](std::vector<std::filesystem::path> folders) {
        asio::post(disk_, [folders = std::move(folders)] {
            std::error_code ignored;
            for (const std::filesystem::path& folder : folders)
                std::filesystem::remove_all(folder, ignored);
        });
    };
    dispatcher_.on_idle = [this] {
        if (phase_ != Phase::serving) finish();
    };
}

Server::~Server() {
    channels_.on_gone = nullptr;
    stop_ahead_.request_stop();
    ahead_.join();
    disk_.join();
    memory_.join();
}

void Server::start() {
    if (std::error_code fault; !std::filesystem::exists(options_.models, fault))
        spdlog::warn("models: there is no folder {} yet", options_.models.string());
    warn_without(settings_of(options_).cpu_program);
    if (Result<StateFolder> state = StateFolder::open(options_.state))
        keeper_.recall(std::move(*state));
    else
        spdlog::warn("state: {}; nothing outlives this daemon", describe(state.error()));
    keeper_.look_at_gpus_first();
    apply(scan_models(options_.models, store_, devices_, writers_));
    store_.collect(registry_.used());
    watch_signals();
    asio::co_spawn(loop_, listener_.run([this](UnixSocket socket) { accept(std::move(socket)); }),
                   or_end_the_daemon);
    spdlog::info("samovard {} pid {}: {}, listening on {}", SAMOVAR_VERSION, ::getpid(),
                 ipc::count_of(registry_.entries().size(), "model"), listener_.path().string());
    if (options_.clock_fd >= 0) keeper_.follow_clock(options_.clock_fd);
    keeper_.preload();
    if (service_manager_listens()) keeper_.events().follow(status_line_, 0);
    notify_service_manager("READY=1\n" + status_line_->now());
    end_when_idle();
    if (watchdog_interval_) watchdog_.feed_every(*watchdog_interval_);
    tell_ready(options_.ready_fd);
}

void Server::watch_signals() {
    signals_.async_wait([this](boost::system::error_code fault, int signal) {
        if (fault) return;
        if (signal == SIGHUP) {
            spdlog::info("SIGHUP: reload");
            asio::co_spawn(loop_, reload_for_nobody(), or_end_the_daemon);
        } else {
            stop();
        }
        if (phase_ != Phase::over) watch_signals();
    });
}

void Server::accept(UnixSocket socket) {
    const Result<ipc::Peer> peer = ipc::peer_of(socket.native_handle());
    if (!peer) return turn_away(std::move(socket), peer.error());
    // Until it has ended it listens: a socket that is gone would look like no daemon at all.
    if (phase_ != Phase::serving)
        return turn_away(std::move(socket), {Errc::shutting_down, "samovard is shutting down",
                                             "try again when it is back", 0, 0});
    scheduler::Caller caller{peer->uid, groups_of(socket.native_handle(), *peer)};
    if (auto full = no_room(caller)) return turn_away(std::move(socket), std::move(*full));
    const std::uint64_t id = next_session_++;
    auto session =
        std::make_shared<Session>(id, std::move(socket), *peer, std::move(caller), services_);
    sessions_[id] = session;
    ++open_sessions_;
    metrics_->session_begun();
    idle_timer_.cancel();
    asio::co_spawn(loop_, session->run(), [this](std::exception_ptr fault) {
        or_end_the_daemon(fault);
        session_over();
    });
}

void Server::session_over() {
    spare_memory_.look_soon();
    if (--open_sessions_ == 0) end_when_idle();
}

// Jobs end with their session.
void Server::end_when_idle() {
    if (!options_.idle_exit || phase_ != Phase::serving) return;
    idle_timer_.expires_after(*options_.idle_exit);
    idle_timer_.async_wait([this](boost::system::error_code fault) {
        if (fault || open_sessions_ > 0 || phase_ != Phase::serving) return;
        spdlog::info("nobody has called for {}, as --idle-exit allows",
                     ipc::duration_in_words(*options_.idle_exit));
        stop();
    });
}

std::optional<Error> Server::no_room(const scheduler::Caller& caller) {
    std::erase_if(sessions_, [](const auto& entry) { return entry.second.expired(); });
    if (sessions_.size() >= kMaxSessions)
        return Error{
            Errc::busy,
            "the daemon has " + std::to_string(kMaxSessions) + " sessions, and takes no more",
            "share a connection, or try again later", 0, 1000};
    const auto limit = rights_of(caller, policy_.file().access).sessions;
    if (sessions_of(caller.uid) < limit.value) return std::nullopt;
    return Error{Errc::busy,
                 "user " + std::to_string(caller.uid) + " has " + std::to_string(limit.value) +
                     " sessions, and no more are allowed: " + limit.rule,
                 "share a connection, or close one", 0, 1000};
}

std::size_t Server::sessions_of(uid_t uid) const {
    return static_cast<std::size_t>(std::ranges::count_if(sessions_, [uid](const auto& entry) {
        const auto session = entry.second.lock();
        return session && session->uid() == uid;
    }));
}

// ---- The end ------------------------------------------------------------------------------------

void Server::stop() {
    if (phase_ == Phase::draining) return end_workers();
    if (phase_ == Phase::ending) return dispatcher_.kill_workers();
    phase_ = Phase::draining;
    const std::string status =
        "stopping: " + ipc::count_of(dispatcher_.jobs(), "job") + " not done";
    spdlog::info("{}", status);
    notify_service_manager(stopping_state(options_.drain + kEndOfWorkers, status));
    status_line_->stop();
    // Whoever comes waits in the service manager's socket for the next daemon.
    if (listener_.adopted()) listener_.close();
    dispatcher_.drain();
    keeper_.stop();
    drain_timer_.expires_after(options_.drain);
    drain_timer_.async_wait([this](boost::system::error_code fault) {
        if (!fault && phase_ == Phase::draining) end_workers();
    });
    finish();
}

// Called when something has ended that was waited for.
void Server::finish() {
    if (phase_ == Phase::draining && dispatcher_.jobs() == 0) end_workers();
    if (phase_ != Phase::ending || dispatcher_.processes() > 0) return;
    for (const auto& [id, entry] : std::exchange(sessions_, {}))
        if (const auto session = entry.lock()) session->close_when_sent();
    phase_ = Phase::over;
    keeper_.remember_all();
    listener_.close();
    scrapers_.stop();
    watchdog_.stop();
    signals_.cancel();
    drain_timer_.cancel();
    spare_memory_.stop();
    idle_timer_.cancel();
}

void Server::end_workers() {
    phase_ = Phase::ending;
    drain_timer_.cancel();
    if (dispatcher_.jobs() > 0)
        spdlog::warn("cut off: {}", ipc::count_of(dispatcher_.jobs(), "job"));
    dispatcher_.shut_down();
    finish();
}

Hotness Server::hotness() const {
    Hotness hotness;
    hotness.models = registry_.entries().size();
    for (const auto& [name, entry] : registry_.entries()) {
        if (!entry.current) continue;
        const ipc::Residency residency = dispatcher_.residency(*entry.current);
        if (residency == ipc::Residency::hot) hotness.hot.push_back(name);
        if (residency == ipc::Residency::parked) ++hotness.parked;
    }
    return hotness;
}

ipc::StatusReport Server::status(bool all) const {
    ipc::StatusReport report;
    report.daemon = "samovard " SAMOVAR_VERSION;
    report.pid = static_cast<std::uint32_t>(::getpid());
    report.uptime_ms = milliseconds_since(started_);
    for (const auto& [id, session] : sessions_)
        report.sessions += session.expired() ? 0 : 1;
    report.channels = static_cast<std::uint32_t>(channels_.count());
    report.channel_bytes = channels_.bytes();
    report.jobs = static_cast<std::uint32_t>(dispatcher_.jobs_of_callers());
    report.workers = dispatcher_.worker_status();
    for (const auto& [name, entry] : registry_.entries()) {
        if (!entry.current || entry.current->unusable.code != Errc::ok) {
            if (all) report.models.push_back(unusable_status(name, entry));
            continue;
        }
        ipc::ModelStatus status = dispatcher_.model_status(*entry.current);
        if (!all && status.residency == ipc::Residency::cold && status.queued == 0) continue;
        keeper_.fill(status, *entry.current);
        report.models.push_back(std::move(status));
    }
    keeper_.fill(report);
    return report;
}

}  // namespace samovar::daemon
