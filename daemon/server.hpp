#pragma once
#include <boost/asio/signal_set.hpp>
#include <boost/asio/thread_pool.hpp>
#include <map>
#include <memory>
#include <optional>
#include <stop_token>

#include "daemon/dispatch/dispatcher.hpp"
#include "daemon/listener.hpp"
#include "daemon/metrics/metrics.hpp"
#include "daemon/metrics/scrapers.hpp"
#include "daemon/models/registry.hpp"
#include "daemon/models/store.hpp"
#include "daemon/options.hpp"
#include "daemon/residency/keeper.hpp"
#include "daemon/service/status_line.hpp"
#include "daemon/service/watchdog.hpp"
#include "daemon/sessions/channels.hpp"
#include "daemon/sessions/session.hpp"
#include "daemon/spare_memory.hpp"

namespace samovar::daemon {

// The daemon: what it is made of, how it starts and how it stops. One thread, this one, runs
// everything but what waits for a disk or for memory, for which there is a helper thread each, so
// that nobody's channel waits for somebody's model to be read.
//
// Exceptions are bugs, or the end of memory. One in a session's own coroutines ends that session.
// Any other ends the daemon, since a step may be half done: workers exit with it, the service
// manager starts it again, and clients come back with their channels.
class Server {
  public:
    Server(asio::io_context& loop, Options options, Store store, Listener listener);
    ~Server();

    // Reads command line and configuration file anew, for a reload: what cannot be read is an
    // error, and nothing changes. Set before start().
    std::function<Result<Options>()> read_options;

    // Reads the models, begins to accept and says so. The loop runs dry once stop() is done.
    void start();
    // Has the service manager hear of a loop that works, from start() on.
    void feed_watchdog(std::chrono::microseconds interval) { watchdog_interval_ = interval; }
    // Answers scrapers there, from now on.
    void serve_metrics(Listener listener) { scrapers_.listen(std::move(listener)); }
    // Takes no more jobs; those there are get the drain time, then everything ends. A second call
    // ends it at once.
    void stop();
    // Until when the loop is better awake than asleep; see run_eagerly().
    scheduler::Time eager_until() const { return dispatcher_.eager_until(); }

  private:
    void accept(UnixSocket socket);
    std::optional<Error> no_room(const scheduler::Caller& caller);
    std::size_t sessions_of(uid_t uid) const;
    void watch_signals();
    void session_over();
    void end_when_idle();
    void finish();
    void end_workers();

    // Errors: `invalid_argument` (the configuration file).
    asio::awaitable<Result<ipc::ReloadReport>> reload();
    asio::awaitable<void> reload_for_nobody();
    asio::awaitable<ipc::ReloadReport> reread_models();
    void take(const Options& options);
    Hotness hotness() const;
    asio::awaitable<Result<ipc::ReloadReport>> add_model(std::string folder);
    asio::awaitable<Result<void>> remove_model(std::string model);
    bool is_left_over(const std::filesystem::path& link, const std::filesystem::path& folder) const;
    std::string way_out_of(const std::filesystem::path& folder) const;
    ipc::ReloadReport apply(Scan scan);
    ipc::StatusReport status(bool all) const;
    void begin_to_count();
    asio::awaitable<std::string> metrics_for_scraper();

    enum class Phase { serving, draining, ending, over };

    asio::io_context& loop_;
    Options options_;
    PolicyInForce policy_;
    Store store_;
    Devices devices_;
    Writers writers_;
    asio::thread_pool disk_{1}, memory_{1}, ahead_{1};  // the last reads the next load's weights
    std::stop_source stop_ahead_;
    ChannelTable channels_{memory_};
    Registry registry_;
    JobQueue queue_;  // outlives the jobs
    std::shared_ptr<Metrics> metrics_;
    Dispatcher dispatcher_;
    Keeper keeper_;
    Turns turns_;
    BuffersOfUsers buffers_;
    SpareMemory spare_memory_;
    Services services_;
    Listener listener_;
    Scrapers scrapers_;
    asio::signal_set signals_;
    asio::steady_timer drain_timer_, reload_done_, idle_timer_;
    std::shared_ptr<StatusLine> status_line_;
    Watchdog watchdog_;
    std::optional<std::chrono::microseconds> watchdog_interval_;
    bool reloading_ = false;
    Phase phase_ = Phase::serving;
    std::map<std::uint64_t, std::weak_ptr<Session>> sessions_;
    std::uint64_t next_session_ = 1;
    std::size_t open_sessions_ = 0;
    std::chrono::steady_clock::time_point started_;
};

// What models can run on here: NVIDIA devices that are present, if the worker for them is.
// `device_nodes`: their files, but for the number.
Devices find_devices(const std::filesystem::path& worker_folder, const std::string& device_nodes);

}  // namespace samovar::daemon
