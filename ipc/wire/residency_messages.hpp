#pragma once
// The messages about when models come and go, protocol version 1.

#include "ipc/wire/model_messages.hpp"

namespace samovar::ipc {

// What an operator wants of a model.
enum class Wish : std::uint8_t {
    load = 1,     // hot
    park = 2,     // off its device
    unload = 3,   // cold
    pin = 4,      // always hot
    hold = 5,     // never loaded
    release = 6,  // takes back a pin or a hold
};

std::string_view to_string(Wish wish) noexcept;

// Answer: Ok; what follows from it comes by itself.
struct SetResidency {
    static constexpr MessageType kType = MessageType::set_residency;
    std::string model;
    Wish wish{};
    std::uint64_t for_ms = 0;  // 0: without an end of its own
};
template <class Archive>
void serialize(Archive& ar, SetResidency& m) {
    ar(bounded(m.model, kMaxNameBytes), as_integer(m.wish), m.for_ms);
}

using ExplainModel = ByModel<MessageType::explain_model>;  // answer: Explanation

struct Explanation {
    static constexpr MessageType kType = MessageType::explanation;
    Residency residency{};
    std::string cause;           // of its last move
    std::uint64_t since_ms = 0;  // since then; 0 too where it never moved
    std::string rung, rule;     // where it belongs: "cold", "parked", "hot"; and which rule says so
    bool changes = false;       // whether that changes when nothing happens:
    std::uint64_t next_ms = 0;  // in so long
    std::string next_rung, next_rule;
    std::string text;  // all of it in a paragraph
};
template <class Archive>
void serialize(Archive& ar, Explanation& m) {
    ar(as_integer(m.residency), bounded(m.cause, kMaxNameBytes), m.since_ms,
       bounded(m.rung, kMaxNameBytes), bounded(m.rule, kMaxNameBytes), m.changes, m.next_ms,
       bounded(m.next_rung, kMaxNameBytes), bounded(m.next_rule, kMaxNameBytes),
       bounded(m.text, kMaxTextBytes));
}

using DescribeWarmth = ByModel<MessageType::describe_warmth>;  // answer: Warmth

// Calls that found the model alike, and how long they took from Submit to a good answer.
struct CallTimes {
    // "cold", "parked", "brought up", "after an hour", ..., "hot"; and, beside the calls, the
    // daemon's own jobs: "self-warming"
    std::string kind;
    std::uint64_t calls = 0, p50_ns = 0, p99_ns = 0;
};
template <class Archive>
void serialize(Archive& ar, CallTimes& m) {
    ar(bounded(m.kind, kMaxNameBytes), m.calls, m.p50_ns, m.p99_ns);
}

// Loads and wake-ups of one cause.
struct BroughtUp {
    std::string cause;
    std::uint64_t times = 0;
    std::uint64_t met = 0;      // a call found it hot
    std::uint64_t unmet = 0;    // it went down before anybody called
    std::uint64_t idle_ms = 0;  // hot for this cause, without a call
    std::uint64_t idle_byte_seconds = 0;
    bool has_saved = false;      // whether it was measured:
    std::uint64_t saved_ms = 0;  // how long callers would have waited in all for loads and wake-ups
    bool tells_energy = false;   // whether the device does:
    std::uint64_t idle_millijoules = 0;
};
template <class Archive>
void serialize(Archive& ar, BroughtUp& m) {
    ar(bounded(m.cause, kMaxNameBytes), m.times, m.met, m.unmet, m.idle_ms, m.idle_byte_seconds,
       m.has_saved, m.saved_ms, m.tells_energy, m.idle_millijoules);
}

// Of all versions of a model, over restarts of the daemon.
struct Warmth {
    static constexpr MessageType kType = MessageType::warmth;
    std::uint64_t uses = 0, cold_starts = 0;  // as in ModelStatus
    std::vector<CallTimes> calls;             // those kinds that there were
    std::vector<BroughtUp> brought_up;        // those causes that there were
    std::uint64_t since_ms = 0;  // milliseconds since 1970, UTC: when this record was begun
};
template <class Archive>
void serialize(Archive& ar, Warmth& m) {
    ar(m.uses, m.cold_starts, bounded(m.calls, kMaxCallKinds), bounded(m.brought_up, kMaxCauses),
       m.since_ms);
}

// Answer: Event for each that the daemon remembers, then Ok; or, to follow, Event for each to come.
struct WatchEvents {
    static constexpr MessageType kType = MessageType::watch_events;
    std::uint64_t since_ms = 0;  // milliseconds since 1970, UTC: none from before
    bool follow = false;
    bool calls = false;  // in place of moves; these cannot be followed
};
template <class Archive>
void serialize(Archive& ar, WatchEvents& m) {
    ar(m.since_ms, m.follow, m.calls);
}

// A model moved, or had calls.
struct Event {
    static constexpr MessageType kType = MessageType::event;
    std::uint64_t at_ms = 0;  // milliseconds since 1970, UTC
    std::string model;
    Residency from{}, to{};
    std::string cause;          // "demand", "preload", "schedule", ...
    std::uint64_t took_ns = 0;  // how long it was on its way, where it was
    std::uint64_t bytes = 0;    // of its device while hot, as measured; 0 before its first load
    std::uint64_t calls = 0;    // that came in the minute from at_ms on; 0: a move
};
template <class Archive>
void serialize(Archive& ar, Event& m) {
    ar(m.at_ms, bounded(m.model, kMaxNameBytes), as_integer(m.from), as_integer(m.to),
       bounded(m.cause, kMaxNameBytes), m.took_ns, m.bytes, m.calls);
}

// Memory of a device for the process whose pidfd comes along, for as long as it lives. Answer:
// Lent, when it is free.
struct Lend {
    static constexpr MessageType kType = MessageType::lend;
    std::string device;       // empty: the first GPU that models are for, else the CPU
    std::uint64_t bytes = 0;  // 0: all that models hold, but for what is pinned
};
template <class Archive>
void serialize(Archive& ar, Lend& m) {
    ar(bounded(m.device, kMaxNameBytes), m.bytes);
}

struct Lent {
    static constexpr MessageType kType = MessageType::lent;
    std::string device;
    std::uint64_t freed = 0;  // bytes that models held before, and do not now
    std::uint64_t held = 0;   // what they still do
};
template <class Archive>
void serialize(Archive& ar, Lent& m) {
    ar(bounded(m.device, kMaxNameBytes), m.freed, m.held);
}

}  // namespace samovar::ipc
