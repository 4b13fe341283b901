#pragma once
// The vocabulary of the scheduler: ids, states, and what it asks its shell to do. Nothing in this
// folder reads a clock, does I/O or knows the wire; `now` is an argument everywhere.

#include <chrono>
#include <cstdint>
#include <string_view>
#include <variant>
#include <vector>

namespace samovar::scheduler {

using Clock = std::chrono::steady_clock;  // its time_point is used, its now() never
using Time = Clock::time_point;
using Duration = Clock::duration;

using JobId = std::uint64_t;     // rises with submission
using ModelId = std::uint32_t;   // one version of one model
using WorkerId = std::uint32_t;  // one worker's place, whatever process fills it

// Where a model version is on its way to the device and back.
enum class Residency {
    cold,
    loading,    // cold -> hot
    hot,        // on the device
    parking,    // hot -> parked
    parked,     // in its worker's memory, but not on the device
    waking,     // parked -> hot
    unloading,  // hot, parked -> cold
    failed,     // like cold, and why is known
};

constexpr bool is_at_rest(Residency r) {
    return r == Residency::cold || r == Residency::hot || r == Residency::parked ||
           r == Residency::failed;
}

// Why a model moved.
enum class Cause {
    demand,
    preload,
    schedule,
    forecast,
    self_warm,
    operators,
    pressure,
    idle,
    fault
};

std::string_view to_string(Residency residency) noexcept;
std::string_view to_string(Cause cause) noexcept;

// What fills a worker's place.
enum class WorkerState {
    stopped,      // no process
    starting,     // spawned, has not said hello
    ready,        // takes loads and jobs
    stopping,     // asked to exit because nothing is left in it
    backing_off,  // died; is started again at a known time
    failed,       // died too often; refuses jobs until a known time
};

// Why a job ends without a result.
enum class Refusal {
    cancelled,
    model_failed,   // the model could not be loaded
    no_room,        // there is no memory for the model, nor will there be soon
    held,           // its model is not to be loaded
    worker_failed,  // the worker died too often
    worker_died,    // this job was in flight at two deaths
    run_limit,
    too_late,  // its deadline cannot be met any more
    shutting_down,
};

// ---- What the shell must do; it reports back through the Dispatch's events ---------------------

struct StartWorker {
    WorkerId worker;
};
struct StopWorker {  // end of file on its sockets; it exits by itself
    WorkerId worker;
};
struct KillWorker {  // SIGKILL
    WorkerId worker;
    std::string_view why;  // a literal, for the log
};
// A load or a wake-up is due: answered by room_made() or no_room().
struct MakeRoom {
    ModelId model;
    bool to_yield;  // idle models are to leave for it
};
// What was asked for, or given, is not needed any more.
struct ForgoRoom {
    ModelId model;
};
struct LoadModel {
    WorkerId worker;
    ModelId model;
};
struct UnloadModel {
    WorkerId worker;
    ModelId model;
};
struct ParkModel {
    WorkerId worker;
    ModelId model;
};
struct WakeModel {  // reported back like a load
    WorkerId worker;
    ModelId model;
};
// Jobs of one model and one kind, to be run together. Each is reported back by finished().
struct RunBatch {
    WorkerId worker;
    std::vector<JobId> jobs;
    bool suspect;  // one job, in flight when a worker died: runs alone
};
// Nobody waits for a job in flight any more: its worker is to leave it out if it has not begun. It
// is reported back all the same, by left_out() where that was done.
struct DropJob {
    WorkerId worker;
    JobId job;
};
struct RefuseJob {
    JobId job;
    Refusal why;
    Time retry_at;    // when it may be worth while again; Time{} where that does not apply
    Duration late{};  // too_late: by how much it would be, at least
};
// A model's residency changed: for whoever watches.
struct ModelMoved {
    ModelId model;
    Residency from, to;
    Cause cause;
};
// A model reached a resting state (hot, parked, cold or failed), or stays in one: whoever waits for
// that can be told.
struct ModelSettled {
    ModelId model;
    Residency residency;
};
// A retired version has left its worker and has no jobs; its files may go.
struct ForgetModel {
    ModelId model;
};

using Action = std::variant<StartWorker, StopWorker, KillWorker, MakeRoom, ForgoRoom, LoadModel,
                            UnloadModel, ParkModel, WakeModel, RunBatch, DropJob, RefuseJob,
                            ModelMoved, ModelSettled, ForgetModel>;

}  // namespace samovar::scheduler
