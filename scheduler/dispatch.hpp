#pragma once
#include <deque>
#include <map>
#include <optional>
#include <set>
#include <tuple>
#include <unordered_map>
#include <utility>
#include <vector>

#include "scheduler/queue/fair_queue.hpp"
#include "scheduler/restart_policy.hpp"

namespace samovar::scheduler {

struct DispatchLimits {
    // One batch runs and one lies ready in the worker's socket; more would only lose the power to
    // reorder and to cancel.
    std::size_t in_flight = 2;
    // How long a process may take from spawn to hello, a model to load or to unload, and a process
    // to exit. Generous: they exist so that a hang ends, not to judge slowness.
    Duration start_limit = std::chrono::seconds(60);
    Duration load_limit = std::chrono::minutes(10);
    Duration stop_limit = std::chrono::seconds(10);
    // How long a worker with nothing in it stays, so that the next load finds a process.
    Duration linger = Duration::zero();
    // A model that failed to load is not tried again for this long unless somebody asks.
    Duration failed_model = std::chrono::seconds(5);
    // Whether a load asks for room before it begins.
    bool ask_for_room = false;
    // Loads over all workers at a time; 0: as many as there are workers.
    std::size_t parallel_loads = 0;
    RestartLimits restarts;
};

// What a job is to the queue; see FairQueue.
struct JobTraits {
    Submitter submitter;
    Priority priority = Priority::normal;
    std::uint64_t form = 0;  // jobs of one model and one form can share a batch
    BatchSize size{};
    std::optional<Time> deadline{};
    bool synthetic = false;  // the daemon's own
};

// What holds for all jobs of a model version.
struct ModelLimits {
    Duration max_run = std::chrono::minutes(1);  // of one job by itself
    BatchLimits batch;
};

// Of a job's time, 0 to 1: what went before its inference, of both; and after it, of all.
struct Beside {
    Share preparing = 0, finishing = 0;
};

// Decides which job runs where and when, which model is loaded, and what happens when a worker
// dies. A pure machine: events come in with the time, actions come out; the daemon carries them
// out. Not thread-safe.
//
// A job is in exactly one place: waiting for its model, runnable on a worker, or in flight there,
// in a batch. Those that are runnable share the worker's device by FairQueue. A batch goes at once
// to a worker that has nothing to do; beside one that runs it waits for mates, as long as it may.
// A model is in one place on its way to the device; one of each worker's models loads at a time,
// since a worker has one loader, in the order of the jobs that wait for them.
//
// With `parallel_loads` a load may have to wait for those of other workers: then those come first
// that jobs or people wait for, in the order in which they came. Wake-ups do not count.
//
// With `ask_for_room` what is due asks for its room as soon as its worker is up, and is passed by
// those that have theirs. Once begun, a load has used it up; a worker's death takes none back.
//
// Suspicion: what was in flight or loading when a worker died by itself is tried once more with
// nothing beside it, so that the second death tells who it was: a job is then refused, a model is
// failed. What a worker did that was killed for a known fault is under no suspicion.
//
// Every job that was submitted ends exactly once: in finished(), in RefuseJob, or in abandon().
// Events about jobs and models that are not there are ignored: a worker is not trusted to be sane.
class Dispatch {
  public:
    explicit Dispatch(DispatchLimits limits = {}) : limits_(limits) {}

    // ---- The shell's requests ------------------------------------------------------------------
    WorkerId add_worker();
    // Of a user's share of each worker; see FairQueue.
    void set_weight(Uid uid, double weight);
    // A version of a model, cold, served by `worker`. Jobs that run longer than `limits.max_run`
    // are refused and their worker killed.
    void add_model(ModelId model, WorkerId worker, const ModelLimits& limits);
    // Others from the next batch on.
    void set_limits(ModelId model, const ModelLimits& limits);
    // No more jobs come for this version; ForgetModel follows when the last has ended.
    void retire(ModelId model, Time now);

    // Ids must rise. The model must not be retired. A synthetic job is for a hot model alone: where
    // it would bring one up it is dropped, and the views do not count it.
    void submit(JobId job, ModelId model, const JobTraits& traits, Time now);
    // A waiting job is refused at once; one in flight is to be left out by its worker, and gets its
    // answer, marked, at its end.
    void cancel(JobId job, Time now);
    // The submitter is gone. True: the job is, too. False: it is in flight and ends as if it were
    // cancelled, when the worker lets go of its memory.
    bool abandon(JobId job, Time now);
    // Whether jobs of it are refused: at once, those that wait for it or in its worker's queue, and
    // those that come. What is in flight goes on, but is not tried again.
    void hold(ModelId model, bool held, Time now);

    // Each ends in ModelSettled. A park and an unload wait for the jobs that the model has; those
    // that come meanwhile bring it up again. Only what is hot, or on its way there, is parked.
    // A load forgives its worker its deaths where an operator asks; else a failed worker is left
    // alone, and the model settles where it is. `presses`: others are to leave for it.
    void load(ModelId model, Time now, Cause cause, bool presses);
    void load(ModelId model, Time now, Cause cause = Cause::operators) {
        load(model, now, cause, cause == Cause::operators || cause == Cause::schedule);
    }
    void park(ModelId model, Time now, Cause cause = Cause::operators);
    void unload(ModelId model, Time now, Cause cause = Cause::operators);
    // Forgives deaths and failures, so that the next job tries again.
    void forgive(Time now);
    // Refuses what waits; what is in flight goes on, but is not tried again.
    void shut_down(Time now);

    // ---- What happened -------------------------------------------------------------------------
    void worker_ready(WorkerId worker, Time now);
    // The process is reaped, or could not be spawned.
    void worker_exited(WorkerId worker, Time now);
    // The answers to MakeRoom. Without room its jobs are refused, and the model stays where it is.
    void room_made(ModelId model, Time now);
    void no_room(ModelId model, Time now);
    // Loaded, or awake.
    void model_loaded(ModelId model, Time now);
    // The worker has nothing of it left, also where it was to wake.
    void model_load_failed(ModelId model, Time now);
    // The same, for want of memory: it is tried once more, when there is room for that.
    void model_ran_out(ModelId model, Time now);
    void model_parked(ModelId model, Time now);
    void model_park_failed(ModelId model, Time now);  // it is as hot as before
    void model_unloaded(ModelId model, Time now);
    // The worker answered. True if the job was cancelled or abandoned meanwhile. `ran`: as far as
    // it should; else its time says nothing of the model's.
    bool finished(JobId job, Time now, bool ran = true, const Beside& beside = {});
    // The same, of a job whose answer the worker had kept: it took so long by itself, and says
    // nothing of how long the model takes.
    bool answered_from_cache(JobId job, Time now, Duration took);
    // After DropJob: the worker did not run it, or not to its end. The others of its batch have
    // taken the time.
    void left_out(JobId job, Time now);

    // ---- Time ----------------------------------------------------------------------------------
    // When tick() has something to do; nothing while no time limit is running.
    std::optional<Time> next_tick() const;
    void tick(Time now);

    // What is to be done, in order. Carrying out an action may call any event; take again until
    // there is nothing. A model can be viewed until the take() after its ForgetModel.
    std::vector<Action> take();

    // ---- Views ---------------------------------------------------------------------------------
    struct ModelView {
        Residency residency;
        std::size_t queued, in_flight;
        Time retry_at;         // for `failed`
        bool wanted;           // on its way to hot: a load was asked for, or jobs wait
        bool leaving;          // on its way to parked or cold, when its jobs are done
        bool held;             // its jobs are refused
        bool outnumbered;      // it could load now, but for the loads of other workers
        Duration queued_time;  // that the jobs that wait will take, about
    };
    struct WorkerView {
        WorkerState state;
        std::size_t in_flight, restarts;  // restarts: after deaths, not after stops
        Time retry_at;                    // for `backing_off` and `failed`
    };
    ModelView view_model(ModelId model) const;
    WorkerView view_worker(WorkerId worker) const;
    WorkerId worker_of(ModelId model) const { return models_.at(model).worker; }
    std::size_t jobs() const { return jobs_.size(); }
    std::size_t synthetic_jobs() const { return synthetic_.size(); }
    std::size_t jobs_in_flight() const;

  private:
    enum class Room { none, asked, made };
    static constexpr Share kFirstGuess = 0.01;  // seconds
    static constexpr Share kNewest = 0.1;       // the weight of the newest batch in what is known
    // How much less is believed after each refusal of what had too little time. Else one slow run
    // would keep all out that could correct it.
    static constexpr Share kDoubt = 0.1;
    // Of a batch's time: what its callers are given to ask again, and what making ready must take
    // to be better done beside another batch than with more mates.
    static constexpr Share kLull = 0.125, kWorthStaging = 0.25;
    // What it takes at most to send a batch to a worker that is awake.
    static constexpr Duration kHandover = std::chrono::microseconds(500);
    struct Job {
        ModelId model;
        JobTraits traits{};
        Time came{};
        std::optional<Time> start_by{};  // to make its deadline
        bool in_flight = false;
        bool suspect = false;   // was in flight when a worker died: runs alone
        bool unwanted = false;  // cancelled or abandoned while in flight
        bool overran = false;   // its worker is being killed for it
    };
    struct Model {
        WorkerId worker = 0;
        ModelLimits limits;
        // Of the device's time, as measured of late: for a unit of work, and for a job.
        Share seconds_a_unit = 0, seconds_a_job = kFirstGuess;
        Share least_a_unit = 0;  // and at least; nothing where it is not known
        Beside beside{};
        bool measured = false;
        Duration load_time{};  // of the last load
        Residency residency = Residency::cold;
        std::set<JobId> waiting;   // until the model is hot
        std::size_t runnable = 0;  // in the worker's queue
        std::size_t in_flight = 0;
        std::optional<JobId> wanted;  // to be loaded, in its turn after this job
        std::uint64_t wish = 0;       // and after other such models of lower number
        // To step down when its jobs are done; somebody may wait for it.
        bool leaving = false;                          // to cold
        bool sinking = false;                          // to parked
        Cause up = Cause::demand, down = Cause::idle;  // why it last moved so, or is to
        bool presses = false;                          // others leave for what `up` wants
        Room room = Room::none;                        // to come up
        bool ran_out = false;  // of memory at its last try; this is its last
        bool held = false;     // refuses its jobs
        bool awaited = false;  // was on its way when it was retired, and has not settled since
        bool retired = false;
        bool forgotten = false;  // ForgetModel was said
        int load_deaths = 0;     // workers that died while it was loading, in a row
        Time since{};            // of what it moves through; until when `failed` refuses jobs

        bool needed() const { return wanted || !waiting.empty(); }
        bool stays() const { return !leaving && !sinking; }
        bool suspect() const { return load_deaths > 0; }
    };
    struct Batch {
        ModelId model;
        struct Part {
            JobId job;
            FairQueue::Charge charge;
            std::uint64_t work;
            std::optional<Share> from_cache{};  // what it took, where it was answered so
        };
        std::vector<JobId> jobs;  // not finished yet
        std::vector<Part> parts;  // of all
        bool suspect = false;
        bool measures = true;  // how long the model takes
    };
    // After a batch, while the worker has nothing to do.
    struct Lull {
        JobKind kind{};
        std::size_t expected = 0;  // jobs
        Time until{};
    };
    struct Worker {
        WorkerState state = WorkerState::stopped;
        FairQueue runnable;              // jobs of hot models
        std::set<JobId> runnable_alone;  // and those of them that are suspect
        std::deque<Batch> in_flight;     // in the order they were sent; the front one runs
        std::optional<Time> batch_due;   // of what waits for mates
        Lull lull{};
        std::set<JobId> suspects;         // wherever they are; nearly always none
        std::set<ModelId> due;            // cold or parked, and needed
        std::optional<ModelId> loading;   // or waking
        std::set<ModelId> stepping_down;  // parking, unloading
        std::size_t occupants = 0;        // models that are neither cold nor failed
        Time head_since{};                // when the front batch became the front one
        Time since{};  // of `starting`, `stopping`; until when `backing_off`, `failed`
        std::optional<Time> empty_since;  // of a ready one
        bool condemned = false;           // killed for a known fault; its exit follows
        RestartPolicy restarts;
        std::size_t restart_count = 0;

        bool is_open() const { return state == WorkerState::ready && !condemned; }
    };

    // dispatch_steps.cpp: what is done when it can be done.
    void follow_up(ModelId id, Time now);
    void review(ModelId id, Time now);
    void proceed(WorkerId id, Time now);
    void start_if_due(WorkerId id, Time now);
    void ask_for_room(const Worker& worker);
    void forgo_room(ModelId id);
    bool load_next(WorkerId id, Time now);
    bool may_begin(ModelId id) const;
    bool must_wait_for_others(const Model& model) const;
    void serve_waiting_loads(Time now);
    std::tuple<bool, JobId, bool, std::uint64_t> turn_among_workers(const Worker& worker) const;
    std::optional<ModelId> next_load(const Worker& worker) const;
    bool has_room(ModelId id) const;
    std::tuple<JobId, bool, std::uint64_t> turn_of(const Model& model) const;
    void refuse_late(Time now);
    static std::size_t jobs_of(const Worker& worker);
    void stop_if_empty(WorkerId id, Time now);
    void step_down_if_due(ModelId id, Time now);
    void forget_if_done(ModelId id);
    void make_runnable(Model& model);
    void become(ModelId id, Residency residency);  // the one place where a residency changes
    static Cause cause_of(const Model& model, Residency to);
    void settle(ModelId id, Residency residency);
    std::optional<RefuseJob> turned_away(JobId id, const Model& model, const Job& job,
                                         Time now) const;
    Time earliest_begin(const Model& model, const Job& job, Time now) const;
    void drop(JobId id);
    void refuse(JobId id, Refusal why, Time retry_at = {});
    void refuse_waiting(ModelId id, Refusal why, Time retry_at);

    // dispatch_batches.cpp: who goes together and when, and what is learned from how long they
    // took.
    JobKind kind_of(JobId job) const;
    void run_next(WorkerId id, Time now);
    void drop_in_flight(JobId id);
    static std::deque<Batch>::iterator batch_of(Worker& worker, JobId job);
    DeviceMoment moment_of(const Worker& worker, const JobKind& kind) const;
    Time next_from(const Worker& worker, JobId next) const;
    void send(WorkerId id, ModelId model, const std::vector<FairQueue::Taken>& jobs, bool suspect,
              Time now);
    void batch_done(Worker& worker, const Batch& batch, Duration took);
    Lull lull_after(Worker& worker, const Batch& batch, JobKind kind, Duration took,
                    Time now) const;
    bool refuse_late_in_batch(const Worker& worker, JobId head, Time now);
    Time free_at(const Worker& worker, Time now) const;
    static Share estimate(const BatchSize& size, const Model& model);
    static Duration least_time(std::uint64_t work, const Model& model);
    Duration least_time(const Batch& batch) const;
    static void doubt(Model& model);

    // dispatch_deaths.cpp: what a worker's death leaves, and what a hang leads to.
    void recover_jobs(Worker& worker, bool condemned);
    void recover_models(WorkerId id, bool condemned, Time now);
    void fail_model(ModelId id, Time until);
    void fail_worker(WorkerId id, Time now);
    void condemn(WorkerId id, std::string_view why);
    void enforce_run_limit(WorkerId id, Time now);
    Duration run_limit(const Batch& batch) const;
    void enforce_load_limit(WorkerId id, Time now);

    DispatchLimits limits_;
    bool shutting_down_ = false;
    std::size_t loads_ = 0;    // under way, over all workers
    bool load_ended_ = false;  // and nobody was looked for who may begin instead
    JobId newest_ = 0;
    std::uint64_t wishes_ = 0;
    std::vector<Worker> workers_;
    std::map<Uid, double> weights_;
    std::map<ModelId, Model> models_;
    std::unordered_map<JobId, Job> jobs_;
    std::set<std::pair<Time, JobId>> start_by_;  // of those with a deadline that are not in flight
    std::set<JobId> synthetic_;                  // of them
    std::vector<Action> actions_;
    std::vector<ModelId> forgotten_, taken_forgotten_;
};

}  // namespace samovar::scheduler
