#pragma once
// What a daemon tells of its models and of itself.

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <samovar/export.hpp>
#include <samovar/tensor.hpp>

namespace samovar {

// Where a model is on its way to the device and back. A newer daemon may name others.
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
SAMOVAR_EXPORT std::string_view to_string(Residency residency) noexcept;

// A worker process's life; see docs/protocol.md.
enum class WorkerState : std::uint8_t {
    stopped = 0,
    starting = 1,
    ready = 2,
    backing_off = 3,
    failed = 4
};
SAMOVAR_EXPORT std::string_view to_string(WorkerState state) noexcept;

// One axis of a declared tensor: a fixed size (no name, min == max) or a named one within bounds.
struct Axis {
    std::string name;
    std::uint64_t min = 1, max = 1;
};

// A tensor that a model takes or gives.
struct TensorSpec {
    std::string name;
    DType dtype{};
    std::vector<Axis> shape;
    bool image = false;  // picture elements
};

struct ModelSummary {
    std::string name, description;
    std::string task;     // "tensor", "mask", "classify-text", "embed-text"
    std::string device;   // "cpu", "cuda:0"
    std::string version;  // 16 hexadecimal digits of the content's hash
    Residency residency{};
    std::string problem;  // why it is failed, or why a newer version on disk was not taken
};

// One timed step of a load: "spawn", "open", "read"; docs/residency.md has them all.
struct LoadPhase {
    std::string name;
    std::chrono::nanoseconds time{};
    std::uint64_t bytes = 0;
};

// How a model was loaded, as it is in force: "precision" is "float32". docs/models.md has the
// names.
struct LoadFact {
    std::string name, value;
};

struct LoadReport {
    bool was_hot = false;  // nothing had to be done; the rest is of the load that made it hot
    std::string code;      // the file that was taken: "model.pt2"; empty: never loaded
    std::string device;    // "cpu", "cuda:0 (NVIDIA H200)"
    std::uint64_t weight_bytes = 0;
    bool mapped_weights = false;  // the weights are a mapping that processes share
    std::uint32_t threads = 0;    // 0 where it does not apply
    std::chrono::nanoseconds total{};
    std::vector<LoadPhase> phases;
    std::vector<LoadFact> facts;
};

// The results of earlier jobs that a model keeps in its worker; docs/caches.md.
struct CacheStatus {
    std::uint64_t limit = 0;  // bytes; 0: it keeps none
    std::uint64_t bytes = 0;
    std::uint32_t results = 0;
    std::uint64_t hits = 0;  // jobs that were answered so, since the daemon took this version
};

struct ModelInfo {
    ModelSummary summary;
    std::string folder;  // on the daemon's machine
    std::vector<TensorSpec> inputs, outputs;
    std::string isolation;  // "device", "model"
    std::chrono::milliseconds max_run{};
    std::uint64_t jobs_done = 0, jobs_failed = 0;
    std::uint32_t queued = 0, in_flight = 0;
    LoadReport last_load;
    std::uint64_t held_bytes = 0;     // of its device while it is hot
    bool measured = false;            // else that is thought from the size of its files
    std::vector<std::string> labels;  // of task classify-text: what the columns of its answer mean
    std::uint32_t batch_rows = 0;  // of several jobs that one inference takes; 0: of one job only
    std::chrono::milliseconds batch_delay{};  // for others, while its worker is busy
    std::uint64_t batches = 0;                // of one job or several, that a worker got
    CacheStatus cache;
};

// What became of one folder at a reload.
struct ReloadEntry {
    std::string model;
    std::string outcome;  // "added", "changed", "removed", "unchanged", "rejected"
    std::string problem;  // for "rejected": file, line, key and why; an older version stays
};

// How much of its sandbox a worker has.
enum class Confinement : std::uint8_t {
    none = 0,    // turned off, no process, or a kernel that has nothing of it
    partly = 1,  // the daemon's log says what
    full = 2,
};
SAMOVAR_EXPORT std::string_view to_string(
    Confinement confinement) noexcept;  // "off", "partly", "on"

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

// What a model does just now, and what it has been used for, also before the daemon was started
// last.
struct ModelStatus {
    std::string name;
    Residency residency{};
    std::string worker;
    std::uint32_t queued = 0, in_flight = 0;
    std::uint64_t jobs_done = 0, jobs_failed = 0;
    std::uint64_t weight_bytes = 0;
    std::chrono::milliseconds idle{};  // since its last use; 0 too where it has none
    std::string device;                // "cpu", "cuda:0"
    // What it holds of its device, while it is hot or on its way there, and of memory while it is
    // parked.
    std::uint64_t device_bytes = 0, host_bytes = 0;
    // Jobs that a worker had, and those of them that had to wait for a load.
    std::uint64_t uses = 0, cold_starts = 0;
    bool changes = false;  // whether it moves when nothing happens:
    std::chrono::milliseconds next_in{};
    std::string next_rung, next_rule;
    bool measured = false;  // the bytes; else they are thought from the size of its files
    CacheStatus cache;
};

// The memory of a device that models are for, or that has limits in samovard.toml.
struct DeviceStatus {
    std::string name;         // "cpu", "cuda:0"
    std::string description;  // "NVIDIA H200"; empty for the CPU
    std::string uuid;         // of a GPU: "GPU-8932..."
    // Bytes: all that it has, and what no program has taken. None where the device is not seen.
    std::optional<std::uint64_t> total, free;
    std::uint64_t held = 0;              // by models
    std::optional<std::uint64_t> limit;  // what they may hold now; none: as much as there is
    std::uint64_t lent = 0;              // a loan of all is as much as models held
    std::string problem;                 // why it is not seen
};

struct DaemonStatus {
    std::string daemon;  // "samovard 0.1.0"
    std::uint32_t pid = 0;
    std::chrono::milliseconds uptime{};
    std::uint32_t sessions = 0, channels = 0;
    std::uint64_t channel_bytes = 0;
    std::uint32_t jobs = 0;  // not done
    std::vector<WorkerStatus> workers;
    std::vector<ModelStatus> models;
    std::vector<DeviceStatus> devices;
    // Of the host's memory, by models that a GPU has parked there, and what they may hold of it.
    std::uint64_t parked = 0;
    std::optional<std::uint64_t> parked_limit;
};

struct PingReport {
    std::chrono::nanoseconds round_trip{};
    std::chrono::milliseconds uptime{};
    std::uint32_t pid = 0;
};

// Where a load is; both counts are 0 in a phase without a length.
struct Progress {
    std::string phase;
    std::uint64_t done = 0, total = 0;  // bytes
};

}  // namespace samovar
