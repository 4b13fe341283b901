#pragma once
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <unordered_map>

#include "daemon/dispatch/counter.hpp"
#include "daemon/dispatch/room.hpp"
#include "daemon/dispatch/watcher.hpp"
#include "daemon/dispatch/worker_process.hpp"
#include "daemon/models/registry.hpp"
#include "daemon/sessions/job_check.hpp"
#include "daemon/sessions/job_queue.hpp"
#include "scheduler/dispatch.hpp"
#include "scheduler/quarantine.hpp"
#include "scheduler/residency/rules.hpp"

namespace samovar::daemon {

// Whoever submitted a job or asked for a load, and is told how it went.
class Requester {
  public:
    virtual void job_done(std::uint64_t request, ipc::Done done) = 0;
    virtual void request_failed(std::uint64_t request, const Error& error) = 0;
    virtual void progressed(std::uint64_t request, const ipc::Progress& progress) = 0;
    virtual void model_loaded(std::uint64_t request, const ipc::ModelLoaded& loaded) = 0;
    virtual void model_unloaded(std::uint64_t request) = 0;

  protected:
    ~Requester() = default;
};

struct NewJob {
    ModelPtr model;
    CheckedJob checked;
    std::weak_ptr<Requester> requester;
    std::uint64_t request = 0;
    std::uint32_t uid = 0;
    bool progress = false;
    bool synthetic = false;  // the daemon's own: no use of the model, and counted nowhere
    scheduler::SessionId session = 0;
    QueuePlace place{};
};

struct WorkerSettings {
    std::filesystem::path cpu_program, cuda_program;
    unsigned threads = 1;  // of an inference on the CPU, where a model says nothing else
    unsigned cores = 1;    // that all workers share
    std::string log_level = "info";
    bool log_json = false;
    std::uint64_t decode_cache = 0;  // bytes of decoded pictures, in each worker
    std::string sandbox = "auto";    // off, auto or require
    std::filesystem::path rooms;     // where workers get folders of their own
    scheduler::DispatchLimits limits;
};

ipc::Residency to_wire(scheduler::Residency residency);

// What jobs and loads of a model that is held are refused with.
Error held_refusal(const ModelVersion& model);

// After how long an input that was kept out is served again, at most.
inline constexpr std::uint64_t kQuarantineMs =
    std::chrono::ceil<std::chrono::milliseconds>(scheduler::Quarantine::kTerm).count();

// Carries out what scheduler::Dispatch decides: starts workers, maps channels into them, sends
// jobs and brings the answers back. Holds no policy. Loop thread only.
//
// What sessions call does not throw: an exception in here leaves a step half done, and must end the
// daemon, not the session that happened to ask (see Server).
class Dispatcher final : private WorkerProcess::Listener {
  public:
    Dispatcher(asio::any_io_executor loop, WorkerSettings settings);
    ~Dispatcher();

    void apply(const std::vector<Registry::Change>& changes);

    // `submit` answers through the job's requester, also when it refuses at once.
    scheduler::JobId submit(NewJob job) noexcept;
    void cancel(scheduler::JobId job) noexcept;
    void abandon(scheduler::JobId job) noexcept;
    void load(const ModelPtr& model, std::weak_ptr<Requester> requester,
              std::uint64_t request) noexcept;
    void unload(const ModelPtr& model, std::weak_ptr<Requester> requester,
                std::uint64_t request) noexcept;
    // Without anybody who waits for it. `presses`: others are to leave for it.
    void move(scheduler::ModelId model, scheduler::Rung to, scheduler::Cause cause,
              bool presses) noexcept;
    // Whether its jobs are refused, those that wait at once.
    void hold(scheduler::ModelId model, bool held) noexcept;
    // The answers to DispatchWatcher::room_wanted; `why` is what jobs and loads are refused with.
    void room_made(scheduler::ModelId model) noexcept;
    void no_room(scheduler::ModelId model, Error why) noexcept;
    // Of a user's share of each device, from what is sent next on.
    void set_weight(scheduler::Uid uid, double weight) { dispatch_.set_weight(uid, weight); }
    // Forgets old failures, so that the next job tries again.
    void forgive();

    void channel_gone(std::uint32_t channel);
    // When there may be room again for a job of this model, where there is none now.
    std::chrono::milliseconds come_back(const ModelVersion& model) const;

    // Takes no new jobs; those there are go on.
    void drain() { draining_ = true; }
    bool draining() const { return draining_; }
    // Refuses the jobs that wait, and ends the workers: those in flight are cut off.
    void shut_down();
    void kill_workers();
    // Called whenever the last job or the last worker has gone.
    std::function<void()> on_idle;
    // Called for a model that is cold and was asked for, but whose load cannot begin yet.
    std::function<void(const ModelVersion&)> on_load_to_come;
    // Called with what a worker had in its room and needs no more, for whoever may wait for a disk.
    std::function<void(std::vector<std::filesystem::path>)> on_left_behind;
    DispatchWatcher* watcher = nullptr;  // set before the first apply(), and outlives the last job
    DispatchCounter* counter = nullptr;  // or nobody; as that one
    std::size_t jobs() const { return dispatch_.jobs(); }
    // But for the daemon's own.
    std::size_t jobs_of_callers() const { return dispatch_.jobs() - dispatch_.synthetic_jobs(); }
    std::size_t processes() const;

    // Until when an answer, or the next job after one, may come before one could sleep: where jobs
    // of this model are brief. In the past where none is.
    scheduler::Time eager_until() const { return eager_until_; }

    // The versions that can run.
    const std::map<scheduler::ModelId, ModelPtr>& models() const { return models_; }
    ipc::Residency residency(const ModelVersion& model) const;
    // Why the model is failed, or nothing.
    std::string problem(const ModelVersion& model) const;
    void fill(ipc::ModelInfo& info, const ModelVersion& model) const;
    std::vector<ipc::WorkerStatus> worker_status() const;
    // "worker 4711 has not answered for 12 s", of a model's worker that should; else empty.
    std::string silence(const ModelVersion& model) const;
    ipc::ModelStatus model_status(const ModelVersion& model) const;

  private:
    struct Job {
        NewJob work;
        scheduler::Time received{}, sent{};
        std::uint64_t batch = 0;  // of Place::batches; 0: it was not sent yet
        bool suspect = false;
        std::optional<ipc::Digest> digest{};
        scheduler::CallKind kind = scheduler::CallKind::hot;
    };
    // A worker's place, whatever process fills it.
    struct Place {
        WorkerProgram program;
        std::shared_ptr<WorkerProcess> process;
        std::optional<Room> room;  // of that process
        ipc::Confinement sandbox{};
        std::set<std::uint32_t> mapped, mapping, gone_while_mapping;
        // Batches, until the channels of the first are mapped.
        std::deque<std::vector<scheduler::JobId>> outgoing;
        std::uint64_t batches = 0;  // that were sent to this process
        std::string problem;        // how the last process ended
        std::string not_started;    // the way out where there was none; else empty
        std::string killed_for;     // why this one was killed, if it was
        scheduler::Time started{};
        // Of this process, until a load has reported them.
        std::uint64_t spawn_ns = 0, device_init_ns = 0;
        std::optional<scheduler::Time> asked_at;  // how it is, and it did not answer yet
    };
    struct Waiter {  // for a load or an unload
        scheduler::ModelId model;
        bool wants_hot;
        std::weak_ptr<Requester> requester;
        std::uint64_t request;
        bool told_to_wait = false;
    };

    // WorkerProcess::Listener
    void worker_said_hello(WorkerProcess& worker, const ipc::WorkerHello& hello) override;
    void worker_answered(WorkerProcess& worker, const ipc::Frame& frame) override;
    void worker_exited(WorkerProcess& worker, const std::string& how) override;

    // The actions of the machine.
    void carry_out() noexcept;
    void perform(const scheduler::StartWorker& action);
    void perform(const scheduler::StopWorker& action);
    void perform(const scheduler::KillWorker& action);
    void perform(const scheduler::MakeRoom& action);
    void perform(const scheduler::ForgoRoom& action);
    void perform(const scheduler::LoadModel& action);
    void perform(const scheduler::UnloadModel& action);
    void perform(const scheduler::ParkModel& action);
    void perform(const scheduler::WakeModel& action);
    void perform(const scheduler::RunBatch& action);
    void perform(const scheduler::DropJob& action);
    void perform(const scheduler::RefuseJob& action);
    void perform(const scheduler::ModelMoved& action);
    void perform(const scheduler::ModelSettled& action);
    void perform(const scheduler::ForgetModel& action);

    // endings.cpp. `why`: of what was not answered well; `timings`: of what was.
    void ended(scheduler::JobId id, const Job& job, JobOutcome outcome, Errc why = Errc::ok,
               const ipc::Timings& timings = {});
    void send_ready_batches(scheduler::WorkerId id);
    void send(Place& place, const std::vector<scheduler::JobId>& batch);
    bool map_channels(scheduler::WorkerId id, const Job& job);
    void map_channel(scheduler::WorkerId id, const Channel& channel);
    void channel_answered(scheduler::WorkerId id, std::uint32_t channel, const ipc::Frame& frame);
    void load_answered(scheduler::WorkerId id, scheduler::ModelId model, const ipc::Frame& frame);
    void load_failed(scheduler::WorkerId id, scheduler::ModelId model, Error error);
    void take_out(Place& place, scheduler::ModelId model);
    void leave_room(Place& place);
    void load_progressed(scheduler::ModelId model, const ipc::Progress& progress);
    bool finish(scheduler::JobId id, const ipc::Frame& frame);
    void stay_awake(const ModelVersion& model, scheduler::Time now);
    void finish_failed(scheduler::JobId id, const Error& error);
    void left_out(scheduler::JobId id);
    Error refusal(const Job& job, const scheduler::RefuseJob& action) const;
    static Error too_late(const Job& job, scheduler::Duration late);
    Error missed(const ModelVersion& model, scheduler::WorkerId place,
                 scheduler::Residency residency) const;
    static scheduler::ModelLimits limits_of(const ModelVersion& model);
    static scheduler::JobTraits traits_of(const NewJob& job, scheduler::Time now);
    scheduler::WorkerId place_for(const ModelVersion& model);
    std::uint32_t threads_for(const ModelVersion& model);
    void tell_load_to_come(scheduler::ModelId model);
    void tell_who_waits_for_others();
    scheduler::WorkerId id_of(const WorkerProcess& worker) const;
    ipc::LoadReport complete(ipc::LoadReport report, Place& place, scheduler::ModelId model);
    void measure(ModelVersion& model, const Place& place, bool first, std::uint64_t device_bytes);
    void arm_timer();

    // silence.cpp: workers that should answer, and do not.
    bool moves_models(scheduler::WorkerId id) const;
    std::string silence(const Place& place) const;
    void listen_soon();
    bool listen_to_workers();

    asio::any_io_executor loop_;
    WorkerSettings settings_;
    scheduler::Dispatch dispatch_;
    scheduler::Quarantine quarantine_;
    std::vector<Place> places_;  // by WorkerId
    std::map<std::string, scheduler::WorkerId> place_names_;
    std::map<scheduler::ModelId, ModelPtr> models_;
    std::map<scheduler::ModelId, std::string> load_problems_;
    std::map<scheduler::ModelId, Error> room_problems_;
    std::map<scheduler::ModelId, Error> ran_out_;  // whose load did, and is to be tried once more
    std::map<scheduler::ModelId, scheduler::Time> load_started_;
    std::map<scheduler::ModelId, std::uint64_t> memory_before_;  // of the worker, at a load's start
    std::map<scheduler::ModelId, unsigned> threads_;  // of models on the CPU that are not cold
    std::unordered_map<scheduler::JobId, Job> jobs_;
    std::vector<Waiter> waiters_;
    scheduler::JobId next_job_ = 1;
    asio::steady_timer timer_;
    std::optional<scheduler::Time> timer_at_;
    asio::steady_timer silence_timer_;
    bool listens_ = false;
    bool carrying_out_ = false;
    scheduler::Time eager_until_{};
    bool draining_ = false, shut_down_ = false;
    bool told_of_sandbox_ = false;  // that workers have it in part, or not at all
};

}  // namespace samovar::daemon
