#pragma once
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <unordered_map>

#include "daemon/connection.hpp"
#include "daemon/dispatch/dispatcher.hpp"
#include "daemon/metrics/metrics.hpp"
#include "daemon/models/registry.hpp"
#include "daemon/policy/policy_in_force.hpp"
#include "daemon/residency/keeper.hpp"
#include "daemon/sessions/channels.hpp"
#include "daemon/sessions/turns.hpp"
#include "ipc/os/peer.hpp"
#include "ipc/wire/access_messages.hpp"

namespace samovar::daemon {

// What sessions ask of the rest of the daemon.
struct Services {
    Registry& registry;
    Dispatcher& dispatcher;
    Keeper& keeper;
    ChannelTable& channels;
    JobQueue& queue;
    const PolicyInForce& policy;
    Turns& turns;
    BuffersOfUsers& buffers;
    // Reads the configuration and the models directory again and applies them.
    std::function<asio::awaitable<Result<ipc::ReloadReport>>()> reload;
    // Links a folder into the models directory, or takes such a link away.
    std::function<asio::awaitable<Result<ipc::ReloadReport>>(const std::string&)> add_model;
    std::function<asio::awaitable<Result<void>>(const std::string&)> remove_model;
    std::function<ipc::StatusReport(bool all)> status;
    std::function<std::uint64_t()> uptime_ms;
    std::function<std::size_t(uid_t)> sessions_of;
    // Of the models that the reader may see.
    std::function<std::string(const Metrics::MaySee&)> metrics;
    std::function<void(Errc)> error_told;
};

// One client. Frames come in, requests are answered; everything it holds (channels, queued jobs)
// goes when it goes. An exception in its coroutines ends this session and nothing else. Loop thread
// only; lives while its coroutine or an answer to it does.
class Session final : public Requester,
                      public EventFollower,
                      public std::enable_shared_from_this<Session> {
  public:
    // `caller`: who the peer is, with all groups.
    Session(std::uint64_t id, UnixSocket socket, ipc::Peer peer, scheduler::Caller caller,
            Services& services);
    ~Session();

    // Greets and serves until the client goes, breaks the protocol or close() is called.
    asio::awaitable<void> run();
    void close();
    void close_when_sent();
    std::uint64_t id() const { return id_; }
    uid_t uid() const { return peer_.uid; }

    // Requester
    void job_done(std::uint64_t request, ipc::Done done) override;
    void request_failed(std::uint64_t request, const Error& error) override;
    void progressed(std::uint64_t request, const ipc::Progress& progress) override;
    void model_loaded(std::uint64_t request, const ipc::ModelLoaded& loaded) override;
    void model_unloaded(std::uint64_t request) override;
    // EventFollower
    void event(std::uint64_t request, const ipc::Event& event) override;

  private:
    asio::awaitable<void> serve();
    void end();
    // Starts what the session does beside reading; `work` keeps the session alive.
    void spawn(asio::awaitable<void> work);
    Result<void> greet(const ipc::Frame& frame);
    // False: the client broke the protocol, and has been told.
    bool handle(ipc::Frame& frame);
    template <class Argument>
    bool with(const ipc::Frame& frame, void (Session::*handler)(std::uint64_t, Argument));
    bool refuse_protocol(std::uint64_t request, const Error& error);

    // What the caller may do by the policy that holds now.
    const scheduler::Rights& rights();
    // These answer the request themselves where they say no.
    bool may(std::uint64_t request, scheduler::Verb verb, const std::string& model = "");
    bool may_see(std::uint64_t request, const std::string& model);
    bool may_ask(std::uint64_t request);
    ChannelOwner owner();
    void who_am_i(std::uint64_t request, ipc::WhoAmI);

    // session_jobs.cpp
    void open_channel(std::uint64_t request, ipc::OpenChannel message);
    bool resume_channel(ipc::Frame& frame);
    void close_channel(std::uint64_t request, ipc::CloseChannel message);
    void submit(std::uint64_t request, ipc::Submit message);
    Result<ModelPtr> admit(std::uint64_t request, const ipc::Submit& message);
    void opened(std::uint64_t request, Result<ChannelPtr> channel, bool send_descriptor);
    bool may_open(std::uint64_t request);
    static asio::awaitable<void> create_channel(std::shared_ptr<Session> self,
                                                std::uint64_t request, std::uint64_t bytes);

    // session_models.cpp
    void ping(std::uint64_t request, ipc::Ping);
    void cancel(std::uint64_t request, ipc::Cancel);
    void report_status(std::uint64_t request, ipc::Status message);
    void read_metrics(std::uint64_t request, ipc::ReadMetrics);
    ipc::StatusReport seen(ipc::StatusReport report);
    ipc::ReloadReport seen(ipc::ReloadReport report);
    void list_models(std::uint64_t request, ipc::ListModels);
    void describe_model(std::uint64_t request, const ipc::DescribeModel& message);
    void load_model(std::uint64_t request, const ipc::LoadModel& message);
    void unload_model(std::uint64_t request, const ipc::UnloadModel& message);
    void add_model(std::uint64_t request, ipc::AddModel message);
    void remove_model(std::uint64_t request, ipc::RemoveModel message);
    void reload(std::uint64_t request, ipc::Reload);
    static asio::awaitable<void> add(std::shared_ptr<Session> self, std::uint64_t request,
                                     std::string folder);
    static asio::awaitable<void> remove(std::shared_ptr<Session> self, std::uint64_t request,
                                        std::string model);
    static asio::awaitable<void> reread(std::shared_ptr<Session> self, std::uint64_t request);

    // session_residency.cpp
    void set_residency(std::uint64_t request, const ipc::SetResidency& message);
    bool lend(ipc::Frame& frame);
    void explain_model(std::uint64_t request, const ipc::ExplainModel& message);
    void watch_events(std::uint64_t request, ipc::WatchEvents message);
    void describe_warmth(std::uint64_t request, const ipc::DescribeWarmth& message);

    void fail(std::uint64_t request, const Error& error);

    std::uint64_t id_;
    ipc::Peer peer_;
    scheduler::Caller caller_;
    scheduler::Rights rights_;
    std::uint64_t rights_version_ = 0;  // of the policy that they come from
    Services& services_;
    std::shared_ptr<Connection> connection_;
    asio::any_io_executor loop_;
    std::string name_;  // "session 3 uid=1000 pid=4711", for the log
    bool greeted_ = false, ended_ = false;
    std::map<std::uint32_t, ChannelPtr> channels_;
    std::size_t opening_ = 0;
    std::unordered_map<std::uint64_t, scheduler::JobId> jobs_;  // not done, by request
    std::uint64_t jobs_seen_ = 0;
};

}  // namespace samovar::daemon
