#pragma once
// The messages between samovard and samovar-worker. Both are built together, so these have no
// versions of their own: the worker says which build it is, and another build is refused.
//
// A worker has two stream sockets. On `control` (descriptor 3) its control thread answers at all
// times: channels, loads, health. On `jobs` (descriptor 4) its compute thread blocks and takes one
// job after the other, so that no job waits for a hand-over between threads; the second job in
// flight lies ready in the socket. End of file on either ends the worker.

#include <array>

#include "ipc/wire/batch_spec.hpp"
#include "ipc/wire/model_messages.hpp"
#include "ipc/wire/text_spec.hpp"

namespace samovar::ipc {

inline constexpr int kControlFd = 3;
inline constexpr int kJobsFd = 4;

enum class Task : std::uint8_t { tensor = 1, mask = 2, classify_text = 3, embed_text = 4 };
std::string_view to_string(Task task) noexcept;  // "classify-text"
// Whether its jobs bring texts.
constexpr bool is_of_texts(Task task) noexcept {
    return task == Task::classify_text || task == Task::embed_text;
}

enum class CodeFormat : std::uint8_t { torchscript = 1, pt2 = 2 };

// The piece of code that the daemon chose for the worker's device, as absolute paths in the store.
struct CodeSpec {
    std::string file;  // .pt, or the folder of an unpacked .pt2 (it holds one *.wrapper.so)
    CodeFormat format{};
    std::string weights;  // safetensors, or empty
    std::string label;    // the file's name in the model folder, for messages
};
template <class Archive>
void serialize(Archive& ar, CodeSpec& m) {
    ar(bounded(m.file, kMaxPathBytes), as_integer(m.format), bounded(m.weights, kMaxPathBytes),
       bounded(m.label, kMaxPathBytes));
}

enum class Interpolation : std::uint8_t { nearest = 1, bilinear = 2, bicubic = 3 };

// [mask] of model.toml; see docs/models.md.
struct MaskSpec {
    std::uint32_t height = 0, width = 0;
    Interpolation interpolation = Interpolation::bilinear;
    bool antialias = false;
    float scale = 1.0F / 255.0F;
    std::array<float, 3> mean{0, 0, 0}, std{1, 1, 1};
    bool sigmoid = false;
    float low = 0, high = 1;
    friend bool operator==(const MaskSpec&, const MaskSpec&) = default;
};
template <class Archive>
void serialize(Archive& ar, MaskSpec& m) {
    ar(m.height, m.width, as_integer(m.interpolation), m.antialias, m.scale);
    for (float& x : m.mean)
        ar(x);
    for (float& x : m.std)
        ar(x);
    ar(m.sigmoid, m.low, m.high);
}

// What a network computes with: what its file has, or another that it is converted to.
enum class Precision : std::uint8_t { as_it_is = 0, fp32 = 1, fp16 = 2, bf16 = 3 };
std::string_view to_string(Precision precision) noexcept;  // "fp32"; empty for as_it_is

// The keys of model.toml that say how to load; see docs/models.md.
struct LoadOptions {
    std::uint32_t load_threads = 0;  // 0: as many as the worker thinks best
    Precision precision{};
    bool channels_last = false, freeze = false, cudnn_benchmark = false;
    std::uint64_t reserve_bytes = 0;  // of the device's memory, before the first job
    friend bool operator==(const LoadOptions&, const LoadOptions&) = default;
};
template <class Archive>
void serialize(Archive& ar, LoadOptions& m) {
    ar(m.load_threads, as_integer(m.precision), m.channels_last, m.freeze, m.cudnn_benchmark,
       m.reserve_bytes);
}

inline constexpr std::size_t kMaxWarmUps = 8;

enum class Fill : std::uint8_t { random = 1, zeros = 2, file = 3 };

struct WarmUpInput {
    Shape shape;
    Fill fill = Fill::random;
    std::string file;          // fill = file: as an absolute path in the store
    std::uint64_t offset = 0;  // where its elements begin
    friend bool operator==(const WarmUpInput&, const WarmUpInput&) = default;
};
template <class Archive>
void serialize(Archive& ar, WarmUpInput& m) {
    ar(bounded(m.shape, kMaxRank), as_integer(m.fill), bounded(m.file, kMaxPathBytes), m.offset);
}

// One job that a worker makes up at a load.
struct WarmUp {
    std::vector<WarmUpInput> inputs;  // one for each of the model's
    friend bool operator==(const WarmUp&, const WarmUp&) = default;
};
template <class Archive>
void serialize(Archive& ar, WarmUp& m) {
    ar(bounded(m.inputs, kMaxTensors));
}

struct WorkerHello {
    static constexpr MessageType kType = MessageType::worker_hello;
    std::string build;   // SAMOVAR_VERSION of the worker
    std::string torch;   // "2.11.0"
    std::string device;  // "cpu", "cuda:0"
    std::string device_name;
    std::string problem;               // not empty: it cannot serve, and exits
    std::uint64_t device_init_ns = 0;  // how long its device took to come up
    Confinement sandbox{};
    std::string sandbox_words;  // what there is of it and what not, and why
};
template <class Archive>
void serialize(Archive& ar, WorkerHello& m) {
    ar(bounded(m.build, kMaxNameBytes), bounded(m.torch, kMaxNameBytes),
       bounded(m.device, kMaxNameBytes), bounded(m.device_name, kMaxTextBytes),
       bounded(m.problem, kMaxTextBytes), m.device_init_ns, as_integer(m.sandbox),
       bounded(m.sandbox_words, kMaxTextBytes));
}

// Answer: Ok, or Error. Jobs name the channel by this id.
struct MapChannel {
    static constexpr MessageType kType = MessageType::map_channel;
    std::uint32_t channel = 0;
    std::uint64_t bytes = 0;
};
template <class Archive>
void serialize(Archive& ar, MapChannel& m) {
    ar(m.channel, m.bytes);
}

struct UnmapChannel {  // answer: Ok; sent when no job of it is in flight
    static constexpr MessageType kType = MessageType::unmap_channel;
    std::uint32_t channel = 0;
};
template <class Archive>
void serialize(Archive& ar, UnmapChannel& m) {
    ar(m.channel);
}

// Answers: Progress..., then WorkerLoaded or Error. One load at a time is in work, others wait.
struct WorkerLoad {
    static constexpr MessageType kType = MessageType::worker_load;
    std::uint32_t model = 0;  // the daemon's id of this version
    std::string name;
    Task task{};
    CodeSpec code;
    std::vector<TensorSpec> inputs, outputs;  // task tensor
    MaskSpec mask;                            // task mask
    std::uint32_t threads = 0;
    LoadOptions options;
    std::vector<WarmUp> warm_ups;
    // Nobody asked for these in particular: one that fails is logged, and the model is hot.
    bool warm_ups_may_fail = false;
    BatchSpec batch;
    std::string version;            // as in ModelSummary
    TextSpec text;                  // tasks of texts
    std::uint64_t cache_bytes = 0;  // of results that it keeps; 0: it keeps none
};
template <class Archive>
void serialize(Archive& ar, WorkerLoad& m) {
    ar(m.model, bounded(m.name, kMaxNameBytes), as_integer(m.task), m.code,
       bounded(m.inputs, kMaxTensors), bounded(m.outputs, kMaxTensors), m.mask, m.threads,
       m.options, bounded(m.warm_ups, kMaxWarmUps), m.warm_ups_may_fail, m.batch,
       bounded(m.version, kMaxNameBytes), m.text, m.cache_bytes);
}

// Answers WorkerLoad, and WorkerWake with the phases of the wake.
struct WorkerLoaded {
    static constexpr MessageType kType = MessageType::worker_loaded;
    LoadReport report;
    bool can_park = false;  // whether a WorkerPark would give anything back
    // By how much less its device's own memory was free after the load; 0 for the host's, and for a
    // wake-up.
    std::uint64_t device_bytes = 0;
    std::uint32_t batch_rows = 0;  // BatchSpec::rows as it is in force
};
template <class Archive>
void serialize(Archive& ar, WorkerLoaded& m) {
    ar(m.report, m.can_park, m.device_bytes, m.batch_rows);
}

// An order about a loaded model; sent when no job of it is in flight.
template <MessageType Type>
struct ByNumber {
    static constexpr MessageType kType = Type;
    std::uint32_t model = 0;
};
template <class Archive, MessageType Type>
void serialize(Archive& ar, ByNumber<Type>& m) {
    ar(m.model);
}
using WorkerUnload = ByNumber<MessageType::worker_unload>;  // answer: Ok
// The weights leave the device for this machine's memory. Answer: Ok, or Error: it is as it was.
using WorkerPark = ByNumber<MessageType::worker_park>;
// And come back. Answers: Progress..., then WorkerLoaded or Error: it is unloaded then.
using WorkerWake = ByNumber<MessageType::worker_wake>;

using WorkerHealth = Empty<MessageType::worker_health>;

struct WorkerHealthReport {
    static constexpr MessageType kType = MessageType::worker_health_report;
    std::uint64_t running_job = 0;  // 0: none
    std::uint64_t running_ns = 0;
    bool loading = false;
    std::uint32_t models = 0, channels = 0;
};
template <class Archive>
void serialize(Archive& ar, WorkerHealthReport& m) {
    ar(m.running_job, m.running_ns, m.loading, m.models, m.channels);
}

// A 128-bit hash of all bytes that a job reads, and of its parameters (XXH3).
using Digest = std::array<std::uint64_t, 2>;
inline constexpr std::size_t kMaxRefusedDigests = 16;

// The frame's request id is the daemon's job number. Answer: JobDone, or Error.
struct RunJob {
    static constexpr MessageType kType = MessageType::run_job;
    std::uint32_t model = 0;
    std::vector<InputTensor> inputs;
    std::vector<OutputPlace> outputs;
    std::vector<Param> params;
    // The job was in flight when a worker died: send JobDigest before touching the model.
    bool suspect = false;
    // Inputs that killed a worker twice: a job with one of these digests is answered `worker_died`.
    std::vector<Digest> refused;
    // So many jobs of its batch come after it, and nothing else between.
    std::uint32_t followers = 0;
    // Of the steady clock, which both have: later than that it is answered `too_late`; 0: never.
    std::uint64_t deadline_ns = 0;
    bool no_cache = false;  // as in Submit
};
template <class Archive>
void serialize(Archive& ar, Digest& m) {
    ar(m[0], m[1]);
}
template <class Archive>
void serialize(Archive& ar, RunJob& m) {
    ar(m.model, bounded(m.inputs, kMaxTensors), bounded(m.outputs, kMaxTensors),
       bounded(m.params, kMaxParams), m.suspect, bounded(m.refused, kMaxRefusedDigests),
       m.followers, m.deadline_ns, m.no_cache);
}

// On control: nobody waits for this job any more. It is left out if it has not begun, of one that
// is cut the parts that have not, and answered `cancelled` then; else it is answered as ever. The
// word itself has no answer, and may come before its job and after that was answered.
struct DropJob {
    static constexpr MessageType kType = MessageType::drop_job;
    std::uint64_t job = 0;
    std::uint64_t batch = 0;  // in which it was sent: the how-manieth of this process, from 1
};
template <class Archive>
void serialize(Archive& ar, DropJob& m) {
    ar(m.job, m.batch);
}

struct JobDigest {
    static constexpr MessageType kType = MessageType::job_digest;
    Digest digest{};
};
template <class Archive>
void serialize(Archive& ar, JobDigest& m) {
    ar(m.digest);
}

struct JobDone {  // Timings::queued and total are the daemon's to fill in
    static constexpr MessageType kType = MessageType::job_done;
    std::vector<OutputTensor> outputs;
    Timings timings;
    std::vector<Detail> details;
    KeptResults kept;  // by its model, after this job
};
template <class Archive>
void serialize(Archive& ar, JobDone& m) {
    ar(bounded(m.outputs, kMaxTensors), m.timings, bounded(m.details, kMaxDetails), m.kept);
}

}  // namespace samovar::ipc
