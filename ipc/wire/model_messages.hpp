#pragma once
// The messages about models and about the daemon itself, protocol version 1.

#include "ipc/wire/messages.hpp"

namespace samovar::ipc {

// Where a model version is on its way to the device and back.
enum class Residency : std::uint8_t {
    cold = 0,       // on disk
    loading = 1,    // cold -> hot
    hot = 2,        // on its device, takes jobs
    unloading = 3,  // hot or parked -> cold
    failed = 4,     // like cold, and why is known
    parking = 5,    // hot -> parked
    parked = 6,     // in the memory of its worker, off the device
    waking = 7,     // parked -> hot
};
std::string_view to_string(Residency residency) noexcept;

// A worker process's life.
enum class WorkerState : std::uint8_t {
    stopped = 0,      // no process; the next job starts one
    starting = 1,     // spawned, has not said hello
    ready = 2,        // takes loads and jobs
    backing_off = 3,  // died; is started again at a known time
    failed = 4,       // died too often; refuses jobs for a while, or until a load or a reload
};
std::string_view to_string(WorkerState state) noexcept;

// How much of its sandbox a worker has; see docs/sandbox.md.
enum class Confinement : std::uint8_t {
    none = 0,    // turned off, no process, or a kernel that has nothing of it
    partly = 1,  // one half of two; the log says which
    full = 2,
};
std::string_view to_string(Confinement confinement) noexcept;

// One axis of a declared tensor: a fixed size (min == max, no name) or a named one within bounds.
struct Axis {
    std::string name;
    std::uint64_t min = 1, max = 1;
    friend bool operator==(const Axis&, const Axis&) = default;
};
template <class Archive>
void serialize(Archive& ar, Axis& m) {
    ar(bounded(m.name, kMaxNameBytes), m.min, m.max);
}

struct TensorSpec {
    std::string name;
    DType dtype{};
    std::vector<Axis> shape;
    bool image = false;  // picture elements: viewed in the client's memory whatever the dtype
    friend bool operator==(const TensorSpec&, const TensorSpec&) = default;
};
template <class Archive>
void serialize(Archive& ar, TensorSpec& m) {
    ar(bounded(m.name, kMaxNameBytes), as_integer(m.dtype), bounded(m.shape, kMaxRank), m.image);
}

struct ModelSummary {
    std::string name, description, task, device;
    std::string version;  // 16 hexadecimal digits of the content hash
    Residency residency{};
    std::string problem;  // why it is failed, or why a newer version on disk was not taken
};
template <class Archive>
void serialize(Archive& ar, ModelSummary& m) {
    ar(bounded(m.name, kMaxNameBytes), bounded(m.description, kMaxDescriptionBytes),
       bounded(m.task, kMaxNameBytes), bounded(m.device, kMaxNameBytes),
       bounded(m.version, kMaxNameBytes), as_integer(m.residency),
       bounded(m.problem, kMaxProblemBytes));
}

struct ModelList {
    static constexpr MessageType kType = MessageType::model_list;
    std::vector<ModelSummary> models;  // by name
};
template <class Archive>
void serialize(Archive& ar, ModelList& m) {
    ar(bounded(m.models, kMaxModels));
}

// One timed step of a load.
struct Phase {
    std::string name;  // "spawn", "open", "read": docs/residency.md has them all
    std::uint64_t ns = 0;
    std::uint64_t bytes = 0;
};
template <class Archive>
void serialize(Archive& ar, Phase& m) {
    ar(bounded(m.name, kMaxNameBytes), m.ns, m.bytes);
}

// How a model was loaded, as it is in force: "precision", "float32".
struct LoadFact {
    std::string name, value;
};
template <class Archive>
void serialize(Archive& ar, LoadFact& m) {
    ar(bounded(m.name, kMaxNameBytes), bounded(m.value, kMaxNameBytes));
}

struct LoadReport {
    std::string code;    // the file that was taken: "model.pt2"
    std::string device;  // "cpu", "cuda:0 (NVIDIA H200)"
    std::uint64_t weight_bytes = 0;
    bool mapped_weights = false;  // weights are a mapping of the store's file, shared by processes
    std::uint32_t threads = 0;    // in force, 0 where it does not apply
    std::uint64_t total_ns = 0;   // from the request to hot; 0 where it was hot already
    std::vector<Phase> phases;
    std::vector<LoadFact> facts;
};
template <class Archive>
void serialize(Archive& ar, LoadReport& m) {
    ar(bounded(m.code, kMaxPathBytes), bounded(m.device, kMaxTextBytes), m.weight_bytes,
       m.mapped_weights, m.threads, m.total_ns, bounded(m.phases, kMaxPhases),
       bounded(m.facts, kMaxLoadFacts));
}

template <MessageType Type>
struct ByModel {  // a request about one model
    static constexpr MessageType kType = Type;
    std::string model;
};
template <class Archive, MessageType Type>
void serialize(Archive& ar, ByModel<Type>& m) {
    ar(bounded(m.model, kMaxNameBytes));
}
using DescribeModel = ByModel<MessageType::describe_model>;
using RemoveModel = ByModel<MessageType::remove_model>;  // answers: Ok

template <MessageType Type>
struct ByModelFor {  // a request about one model that holds for a time
    static constexpr MessageType kType = Type;
    std::string model;
    std::uint64_t for_ms = 0;  // 0: without an end of its own
};
template <class Archive, MessageType Type>
void serialize(Archive& ar, ByModelFor<Type>& m) {
    ar(bounded(m.model, kMaxNameBytes), m.for_ms);
}
using LoadModel = ByModelFor<MessageType::load_model>;      // answers: Progress..., ModelLoaded
using UnloadModel = ByModelFor<MessageType::unload_model>;  // answers: Ok

struct ModelLoaded {
    static constexpr MessageType kType = MessageType::model_loaded;
    bool was_hot = false;
    LoadReport report;
};
template <class Archive>
void serialize(Archive& ar, ModelLoaded& m) {
    ar(m.was_hot, m.report);
}

struct Label {
    std::string name;
};
template <class Archive>
void serialize(Archive& ar, Label& m) {
    ar(bounded(m.name, kMaxNameBytes));
}

// The results of earlier jobs that a model keeps; see docs/caches.md.
struct KeptResults {
    std::uint64_t bytes = 0;
    std::uint32_t count = 0;
    friend bool operator==(const KeptResults&, const KeptResults&) = default;
};
template <class Archive>
void serialize(Archive& ar, KeptResults& m) {
    ar(m.bytes, m.count);
}

struct CacheStatus {
    std::uint64_t limit = 0;  // bytes; 0: it keeps none
    KeptResults kept;
    std::uint64_t hits = 0;  // jobs that were answered so, since the daemon took this version
};
template <class Archive>
void serialize(Archive& ar, CacheStatus& m) {
    ar(m.limit, m.kept, m.hits);
}

struct ModelInfo {
    static constexpr MessageType kType = MessageType::model_info;
    ModelSummary summary;
    std::string folder;  // on the daemon's machine
    std::vector<TensorSpec> inputs, outputs;
    std::string isolation;
    std::uint64_t max_run_ms = 0;
    std::uint64_t jobs_done = 0, jobs_failed = 0;
    std::uint32_t queued = 0, in_flight = 0;
    LoadReport last_load;          // empty `code`: never loaded
    std::uint64_t held_bytes = 0;  // of its device while it is hot
    bool measured = false;         // else that is thought from the size of its files
    std::vector<Label> labels;     // of task classify-text: what the columns of its answer mean
    std::uint32_t batch_rows = 0;  // of several jobs that one inference takes; 0: of one job only
    std::uint64_t batch_delay_ms = 0;  // that a job may wait for others while its worker is busy
    std::uint64_t batches = 0;         // that went to a worker since the daemon took this version
    CacheStatus cache;
};
template <class Archive>
void serialize(Archive& ar, ModelInfo& m) {
    ar(m.summary, bounded(m.folder, kMaxPathBytes), bounded(m.inputs, kMaxTensors),
       bounded(m.outputs, kMaxTensors), bounded(m.isolation, kMaxNameBytes), m.max_run_ms,
       m.jobs_done, m.jobs_failed, m.queued, m.in_flight, m.last_load, m.held_bytes, m.measured,
       bounded(m.labels, kMaxLabels), m.batch_rows, m.batch_delay_ms, m.batches, m.cache);
}

struct AddModel {
    static constexpr MessageType kType = MessageType::add_model;
    std::string folder;  // absolute, on the daemon's machine
};
template <class Archive>
void serialize(Archive& ar, AddModel& m) {
    ar(bounded(m.folder, kMaxPathBytes));
}

// What became of one folder at a reload.
struct ReloadEntry {
    std::string model;
    std::string outcome;  // "added", "changed", "removed", "unchanged", "rejected"
    std::string problem;  // for "rejected": file, line, key and why; an older version stays
};
template <class Archive>
void serialize(Archive& ar, ReloadEntry& m) {
    ar(bounded(m.model, kMaxNameBytes), bounded(m.outcome, kMaxNameBytes),
       bounded(m.problem, kMaxProblemBytes));
}

// Answers Reload and AddModel (then with the one entry).
struct ReloadReport {
    static constexpr MessageType kType = MessageType::reload_report;
    std::vector<ReloadEntry> entries;
};
template <class Archive>
void serialize(Archive& ar, ReloadReport& m) {
    ar(bounded(m.entries, 2 * kMaxModels));
}

struct WorkerStatus {
    std::string name;  // "cpu", "cuda:0", "cpu/MODEL" for isolation = "model"
    WorkerState state{};
    std::uint32_t pid = 0;
    std::uint32_t restarts = 0;
    std::uint32_t in_flight = 0;
    std::uint64_t resident_bytes = 0;
    std::string problem;
    Confinement sandbox{};
};
template <class Archive>
void serialize(Archive& ar, WorkerStatus& m) {
    ar(bounded(m.name, 2 * kMaxNameBytes), as_integer(m.state), m.pid, m.restarts, m.in_flight,
       m.resident_bytes, bounded(m.problem, kMaxProblemBytes), as_integer(m.sandbox));
}

struct Status {
    static constexpr MessageType kType = MessageType::status;
    bool all = false;  // also of models that are cold, and that nobody waits for
};
template <class Archive>
void serialize(Archive& ar, Status& m) {
    ar(m.all);
}

struct ModelStatus {
    std::string name;
    Residency residency{};
    std::string worker;
    std::uint32_t queued = 0, in_flight = 0;
    std::uint64_t jobs_done = 0, jobs_failed = 0;
    std::uint64_t weight_bytes = 0;
    std::uint64_t idle_ms = 0;  // since its last use; 0 too where it has none
    std::string device;
    // What it holds of its device, while it is hot or on its way there, and of memory while it is
    // parked.
    std::uint64_t device_bytes = 0, host_bytes = 0;
    // Of all its versions, over restarts of the daemon: jobs that a worker had, and those of them
    // that had to wait for a load.
    std::uint64_t uses = 0, cold_starts = 0;
    bool changes = false;       // whether it moves when nothing happens:
    std::uint64_t next_ms = 0;  // in so long
    std::string next_rung, next_rule;
    bool measured = false;  // the bytes; else they are thought from the size of its files
    CacheStatus cache;
};
template <class Archive>
void serialize(Archive& ar, ModelStatus& m) {
    ar(bounded(m.name, kMaxNameBytes), as_integer(m.residency),
       bounded(m.worker, 2 * kMaxNameBytes), m.queued, m.in_flight, m.jobs_done, m.jobs_failed,
       m.weight_bytes, m.idle_ms, bounded(m.device, kMaxNameBytes), m.device_bytes, m.host_bytes,
       m.uses, m.cold_starts, m.changes, m.next_ms, bounded(m.next_rung, kMaxNameBytes),
       bounded(m.next_rule, kMaxNameBytes), m.measured, m.cache);
}

struct DeviceStatus {
    std::string name, description, uuid;  // "cuda:0", "NVIDIA H200", "GPU-8932..."
    std::uint64_t total = 0, free = 0;    // bytes; 0 both where they are not known
    std::uint64_t held = 0;               // by models
    std::uint64_t limit = kNoLimit;       // what they may hold now
    std::uint64_t lent = 0;
    std::string problem;  // why it is not seen

    static constexpr std::uint64_t kNoLimit = ~std::uint64_t{0};
};
template <class Archive>
void serialize(Archive& ar, DeviceStatus& m) {
    ar(bounded(m.name, kMaxNameBytes), bounded(m.description, kMaxDescriptionBytes),
       bounded(m.uuid, kMaxDescriptionBytes), m.total, m.free, m.held, m.limit, m.lent,
       bounded(m.problem, kMaxProblemBytes));
}

struct StatusReport {
    static constexpr MessageType kType = MessageType::status_report;
    std::string daemon;
    std::uint32_t pid = 0;
    std::uint64_t uptime_ms = 0;
    std::uint32_t sessions = 0, channels = 0;
    std::uint64_t channel_bytes = 0;
    std::uint32_t jobs = 0;  // not done
    std::vector<WorkerStatus> workers;
    std::vector<ModelStatus> models;
    std::vector<DeviceStatus> devices;
    // Of the host's memory, by models that a GPU has parked there.
    std::uint64_t parked = 0, parked_limit = DeviceStatus::kNoLimit;
};
template <class Archive>
void serialize(Archive& ar, StatusReport& m) {
    ar(bounded(m.daemon, kMaxNameBytes), m.pid, m.uptime_ms, m.sessions, m.channels,
       m.channel_bytes, m.jobs, bounded(m.workers, kMaxWorkers), bounded(m.models, kMaxModels),
       bounded(m.devices, kMaxDevices), m.parked, m.parked_limit);
}

// Answer: Metrics for each part of the text, then Ok.
using ReadMetrics = Empty<MessageType::read_metrics>;

struct Metrics {
    static constexpr MessageType kType = MessageType::metrics;
    std::string text;  // Prometheus' text form 0.0.4, cut anywhere
};
template <class Archive>
void serialize(Archive& ar, Metrics& m) {
    ar(bounded(m.text, kMaxMetricsPartBytes));
}

}  // namespace samovar::ipc
