#pragma once
// A shell for Dispatch that carries its actions out on processes, models and jobs that exist only
// here, with random delays and faults, and holds each action against what is true in that world.

#include <deque>
#include <map>
#include <optional>
#include <random>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "scheduler/dispatch.hpp"

namespace samovar::scheduler {

// What goes wrong, in thousandths.
struct Odds {
    int job_kills = 0, job_hangs = 0;                    // a job that does so does it always
    int load_fails = 0, load_kills = 0, load_hangs = 0;  // a model likewise
    int start_fails = 0, start_hangs = 0;                // any start
    int unload_hangs = 0, stop_hangs = 0;                // any unload, any stop
    int park_fails = 0, park_hangs = 0;                  // any park
    bool asks_for_room = false;                          // before each load
    int runs_out = 0;                                    // any load that would succeed
    int no_room = 0;                                     // any answer
    int deaths = 0;                                      // by nobody's fault, per step
    std::size_t parallel_loads = 0;                      // of all workers
    bool batches = false;                                // jobs have mates, users, deadlines

    bool any_death() const { return deaths > 0; }
};

class SimulatedShell {
  public:
    SimulatedShell(std::uint64_t seed, const Odds& odds);

    // A random request, or something that happens.
    void step();
    // Without requests, until nothing can happen any more.
    void settle_down();
    // Everything is retired: nothing may be left when it has settled down.
    void retire_everything();
    void shut_down();

    // What went wrong first, with the last actions and events; empty if nothing.
    const std::string& fault() const { return fault_; }
    // After settle_down().
    void expect_every_job_ended();
    void expect_nothing_left();

    std::size_t jobs_submitted() const { return jobs_.size(); }
    std::size_t jobs_done() const { return jobs_done_; }
    std::size_t deaths() const { return deaths_; }

  private:
    enum class Temper { good, fails, kills, hangs };
    struct Job {
        ModelId model;
        Temper temper;
        JobTraits traits;
        bool in_flight = false, ended = false, unwanted = false;
        int deaths = 0;        // of workers by themselves, with it in flight
        bool overran = false;  // together with others
        bool dropped = false;  // while in flight

        bool suspect() const { return deaths > 0 || overran; }
    };
    struct Model {
        WorkerId worker;
        Temper temper;
        Residency residency = Residency::cold;
        Residency watched = Residency::cold;  // as the moves have it
        bool retired = false, forgotten = false, held = false;
        std::size_t jobs = 0;              // not ended
        bool ran_out = false;              // of memory, ever
        bool asked = false, room = false;  // for room, and has it
        ModelLimits limits{};
        bool awaited = false;  // somebody asked for a load or an unload and was told nothing yet
    };
    // Stages of a process; none: no process.
    enum class Stage { none, starting, up, stopping };
    struct Process {
        Stage stage = Stage::none;
        bool killed = false;
        int generation = 0;
        std::deque<std::deque<JobId>> batches;
        std::size_t front_size = 0;  // of the front batch, when it came

        std::vector<JobId> in_flight() const;
    };
    enum class Happening {
        hello,
        room_made,
        no_room,
        loaded,
        load_failed,
        ran_out,
        parked,
        park_failed,
        unloaded,
        job_ends,
        exits
    };
    struct Event {
        WorkerId worker;
        int generation;
        Happening what;
        std::uint64_t subject;  // the model or job
    };

    void come_up(ModelId id, Residency through);
    void act(const StartWorker& action);
    void act(const StopWorker& action);
    void act(const KillWorker& action);
    void act(const MakeRoom& action);
    void act(const ForgoRoom& action);
    void act(const LoadModel& action);
    void act(const UnloadModel& action);
    void act(const ParkModel& action);
    void act(const WakeModel& action);
    void act(const RunBatch& action);
    void act(const DropJob& action);
    void act(const RefuseJob& action);
    void act(const ModelMoved& action);
    void act(const ModelSettled& action);
    void act(const ForgetModel& action);
    void carry_out();

    void submit();
    void cancel_or_abandon();
    void load_park_unload_or_hold();
    void replace_model();
    void request();
    bool pass_time();
    void ring();
    void job_ends(const Event& event);
    void happen(const Event& event);
    void answer_for_room(const Event& event);
    void process_exits(WorkerId id);
    void run_front(WorkerId id);
    void end(JobId id);
    void check_counts();

    ModelId add_model(WorkerId worker);
    void later(WorkerId worker, Happening what, std::uint64_t subject, Duration longest);
    bool odds(int thousandths);
    std::size_t pick(std::size_t count);
    ModelId pick_model();
    void say(const std::string& line);
    void expect(bool condition, std::string_view what, std::string_view whose = {});

    Odds odds_;
    std::mt19937_64 random_;
    Dispatch dispatch_;
    Time now_;
    std::vector<Process> processes_;
    std::map<ModelId, Model> models_;
    std::vector<ModelId> current_;  // not retired
    std::vector<Job> jobs_;         // by JobId, from 1
    std::multimap<Time, Event> events_;
    std::deque<std::string> story_;
    std::string fault_;
    bool shutting_down_ = false;
    std::size_t jobs_done_ = 0, deaths_ = 0;
};

}  // namespace samovar::scheduler
