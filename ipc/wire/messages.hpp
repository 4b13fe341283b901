#pragma once
// The messages between a client and samovard, protocol version 1; docs/protocol.md is their prose.
// A message is a plain structure; `fields` names its members in wire order. A later version only
// ever appends members, read and written under the version that both sides agreed on.

#include <cstdint>
#include <string>
#include <vector>

#include <samovar/error.hpp>
#include <samovar/limits.hpp>
#include <samovar/tensor.hpp>

#include "ipc/wire/codec.hpp"
#include "ipc/wire/message_type.hpp"

namespace samovar::ipc {

inline constexpr std::uint16_t kOldestVersion = 1;
inline constexpr std::uint16_t kNewestVersion = 1;

// A job whose tensors lie in no channel has this in their place: they are inside the message.
inline constexpr std::uint32_t kInline = 0;

struct ErrorReply {
    static constexpr MessageType kType = MessageType::error;
    Error error;
};
template <class Archive>
void serialize(Archive& ar, ErrorReply& m) {
    ar(as_integer(m.error.code), bounded(m.error.message, kMaxTextBytes),
       bounded(m.error.hint, kMaxTextBytes), m.error.needed, m.error.retry_after_ms);
}

// Messages without fields.
template <MessageType Type>
struct Empty {
    static constexpr MessageType kType = Type;
};
template <class Archive, MessageType Type>
void serialize(Archive&, Empty<Type>&) {}

using Ok = Empty<MessageType::ok>;
using Ping = Empty<MessageType::ping>;
using Cancel = Empty<MessageType::cancel>;  // its request id is that of the job to cancel
using ListModels = Empty<MessageType::list_models>;
using Reload = Empty<MessageType::reload>;

// ---- Greeting -----------------------------------------------------------------------------------

struct Limits {
    std::uint32_t frame_bytes = kMaxFrameBytes;
    std::uint32_t inline_bytes = kMaxInlineBytes;
    std::uint64_t channel_bytes = kMaxChannelBytes;
    std::uint64_t user_channel_bytes = kMaxChannelBytesPerUser;
    std::uint32_t session_channels = kMaxChannelsPerSession;
    std::uint32_t session_jobs = kMaxJobsPerSession;
    std::uint64_t session_inline_bytes = kMaxInlineBytesPerSession;
};
template <class Archive>
void serialize(Archive& ar, Limits& m) {
    ar(m.frame_bytes, m.inline_bytes, m.channel_bytes, m.user_channel_bytes, m.session_channels,
       m.session_jobs, m.session_inline_bytes);
}

// What the peer may do, as bits of Greeting::roles.
inline constexpr std::uint32_t kRoleSubmit = 1;
inline constexpr std::uint32_t kRoleAdmin = 2;

struct Greeting {
    static constexpr MessageType kType = MessageType::greeting;
    std::uint16_t oldest_version = kOldestVersion;
    std::uint16_t newest_version = kNewestVersion;
    std::string daemon;  // "samovard 0.1.0"
    std::uint32_t roles = 0;
    Limits limits;
};
template <class Archive>
void serialize(Archive& ar, Greeting& m) {
    ar(m.oldest_version, m.newest_version, bounded(m.daemon, kMaxNameBytes), m.roles, m.limits);
}

struct Hello {
    static constexpr MessageType kType = MessageType::hello;
    std::uint16_t version = kNewestVersion;
    std::string client;  // "samovar 0.1.0", for the log
};
template <class Archive>
void serialize(Archive& ar, Hello& m) {
    ar(m.version, bounded(m.client, kMaxNameBytes));
}

struct Pong {
    static constexpr MessageType kType = MessageType::pong;
    std::uint64_t uptime_ms = 0;
    std::uint32_t pid = 0;
};
template <class Archive>
void serialize(Archive& ar, Pong& m) {
    ar(m.uptime_ms, m.pid);
}

// ---- Channels -----------------------------------------------------------------------------------

struct OpenChannel {
    static constexpr MessageType kType = MessageType::open_channel;
    std::uint64_t bytes = 0;  // rounded up to whole pages
};
template <class Archive>
void serialize(Archive& ar, OpenChannel& m) {
    ar(m.bytes);
}

// Carries the sealed memfd when it answers OpenChannel, nothing when it answers ResumeChannel.
struct ChannelOpened {
    static constexpr MessageType kType = MessageType::channel_opened;
    std::uint32_t channel = 0;
    std::uint64_t bytes = 0;
};
template <class Archive>
void serialize(Archive& ar, ChannelOpened& m) {
    ar(m.channel, m.bytes);
}

struct ResumeChannel {
    static constexpr MessageType kType = MessageType::resume_channel;
    std::uint64_t bytes = 0;  // must be the memfd's size
};
template <class Archive>
void serialize(Archive& ar, ResumeChannel& m) {
    ar(m.bytes);
}

struct CloseChannel {
    static constexpr MessageType kType = MessageType::close_channel;
    std::uint32_t channel = 0;
};
template <class Archive>
void serialize(Archive& ar, CloseChannel& m) {
    ar(m.channel);
}

// ---- Jobs ---------------------------------------------------------------------------------------

// A tensor that a job reads. channel == kInline: the elements are in `data`.
struct InputTensor {
    std::string name;  // empty: by position
    DType dtype{};
    Shape shape;
    std::uint32_t channel = kInline;
    std::uint64_t offset = 0;  // bytes from the channel's start, a multiple of kSlotAlignment
    Bytes data;
};
template <class Archive>
void serialize(Archive& ar, InputTensor& m) {
    ar(bounded(m.name, kMaxNameBytes), as_integer(m.dtype), bounded(m.shape, kMaxRank), m.channel,
       m.offset, bounded(m.data, kMaxInlineBytes));
}

// Where a job may write an output. channel == kInline: into the answer, at most kMaxInlineBytes.
struct OutputPlace {
    std::uint32_t channel = kInline;
    std::uint64_t offset = 0;
    std::uint64_t capacity = kMaxInlineBytes;
};
template <class Archive>
void serialize(Archive& ar, OutputPlace& m) {
    ar(m.channel, m.offset, m.capacity);
}

struct Param {
    std::string key, value;
};
template <class Archive>
void serialize(Archive& ar, Param& m) {
    ar(bounded(m.key, kMaxNameBytes), bounded(m.value, kMaxParamBytes));
}

// How long a job wants its model to stay.
enum class Keep : std::uint8_t {
    by_rules = 0,  // as the model's own keep-alive has it
    for_time = 1,  // Submit::keep_alive_ms
    forever = 2,
};

// Whose turn it is first, among those that wait for the same worker.
enum class Priority : std::uint8_t { normal = 0, interactive = 1, background = 2 };

struct Submit {
    static constexpr MessageType kType = MessageType::submit;
    std::string model;
    std::vector<InputTensor> inputs;
    std::vector<OutputPlace> outputs;  // by position; outputs without a place come inline
    std::vector<Param> params;
    bool progress = false;  // send Progress while the model loads
    Keep keep{};
    std::uint64_t keep_alive_ms = 0;  // at most kMaxKeepAliveMs
    Priority priority{};
    // From now on, within which it is to be done; 0: whenever. At most kMaxDeadlineUs. A length and
    // no point in time, since the clock of another machine's container is another.
    std::uint64_t deadline_us = 0;
    // Neither answered from the results that the model keeps, nor kept among them.
    bool no_cache = false;
};
template <class Archive>
void serialize(Archive& ar, Submit& m) {
    ar(bounded(m.model, kMaxNameBytes), bounded(m.inputs, kMaxTensors),
       bounded(m.outputs, kMaxTensors), bounded(m.params, kMaxParams), m.progress,
       as_integer(m.keep), m.keep_alive_ms, as_integer(m.priority), m.deadline_us, m.no_cache);
}

// Nanoseconds of one job's stages. queued + prepared + inferred + finished <= total.
struct Timings {
    std::uint64_t queued = 0;    // in the daemon, until it was sent to a worker
    std::uint64_t prepared = 0;  // viewing, copying to the device, preprocessing
    std::uint64_t inferred = 0;  // the model's forward, and nothing else
    std::uint64_t finished = 0;  // postprocessing and writing the outputs
    std::uint64_t total = 0;     // in the daemon, from Submit read to Done written
    bool cached = false;         // the answer was kept from an equal job, and nothing inferred
};
template <class Archive>
void serialize(Archive& ar, Timings& m) {
    ar(m.queued, m.prepared, m.inferred, m.finished, m.total, m.cached);
}

struct OutputTensor {
    std::string name;
    DType dtype{};
    Shape shape;
    std::uint32_t channel = kInline;
    std::uint64_t offset = 0;
    Bytes data;  // where channel == kInline
};
template <class Archive>
void serialize(Archive& ar, OutputTensor& m) {
    ar(bounded(m.name, kMaxNameBytes), as_integer(m.dtype), bounded(m.shape, kMaxRank), m.channel,
       m.offset, bounded(m.data, kMaxInlineBytes));
}

// What a task tells of a job: "tokens", "2806". docs/models.md has the names.
struct Detail {
    std::string name, value;
};
template <class Archive>
void serialize(Archive& ar, Detail& m) {
    ar(bounded(m.name, kMaxNameBytes), bounded(m.value, kMaxNameBytes));
}

struct Done {
    static constexpr MessageType kType = MessageType::done;
    std::vector<OutputTensor> outputs;
    Timings timings;
    std::vector<Detail> details;
};
template <class Archive>
void serialize(Archive& ar, Done& m) {
    ar(bounded(m.outputs, kMaxTensors), m.timings, bounded(m.details, kMaxDetails));
}

// Sent while a model loads for the request whose id the frame bears.
struct Progress {
    static constexpr MessageType kType = MessageType::progress;
    std::string phase;                  // "spawn", "open", "read", "build", "to_device"
    std::uint64_t done = 0, total = 0;  // bytes; both 0 where a phase has no length
};
template <class Archive>
void serialize(Archive& ar, Progress& m) {
    ar(bounded(m.phase, kMaxNameBytes), m.done, m.total);
}

}  // namespace samovar::ipc
