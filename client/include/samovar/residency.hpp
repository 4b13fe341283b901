#pragma once
// When models come and go: what is known of it, and what an operator can want.

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <samovar/models.hpp>

namespace samovar {

// What an operator wants of a model.
enum class Wish : std::uint8_t {
    load = 1,     // hot; as good as a use
    park = 2,     // off its device, until it is used or something else brings it up
    unload = 3,   // cold, as long
    pin = 4,      // always hot, and never made to give way
    hold = 5,     // never loaded; its jobs are refused
    release = 6,  // takes back a pin or a hold
};

// Why a model is where it is.
struct Explanation {
    Residency residency{};
    std::string cause;                  // of its last move: "demand", "schedule", "idle", ...
    std::chrono::milliseconds since{};  // since then; 0 too where it never moved
    std::string rung, rule;             // where it belongs, and which rule says so
    bool changes = false;               // whether that changes when nothing happens:
    std::chrono::milliseconds next_in{};
    std::string next_rung, next_rule;
    std::string text;  // all of it in one paragraph
};

// Calls that found their model alike.
struct CallTimes {
    // "cold" (had to wait for a load), "parked" (until it was awake), "brought up" (the first since
    // it came up), "after an hour", "after 5 minutes", "after a minute", "after a second" (since
    // the last call), "hot" (sooner, or beside another). And "self-warming": no calls, but the
    // daemon's own jobs.
    std::string kind;
    std::uint64_t calls = 0;
    std::chrono::nanoseconds p50{}, p99{};  // in the daemon, until a good answer; within 5 percent
};

// Loads and wake-ups of one cause.
struct BroughtUp {
    std::string cause;
    std::uint64_t times = 0;
    std::uint64_t met = 0;             // a call found it hot: a cold start less
    std::uint64_t unmet = 0;           // it went down before anybody called
    std::chrono::milliseconds idle{};  // hot for this cause, without a call
    std::uint64_t idle_byte_seconds = 0;
    // How long callers would have waited in all, had they not found it hot: for each load that was
    // met, what a cold call takes in the mean beyond one that was met. None where one of them was
    // never measured.
    std::optional<std::chrono::milliseconds> saved;
    // Its share of what its device used meanwhile, by bytes; none where the device does not tell.
    std::optional<double> idle_joules;
};

// What keeping a model warm has bought and cost, also before the daemon was started last.
struct Warmth {
    std::uint64_t uses = 0, cold_starts = 0;                   // as in ModelStatus
    std::vector<CallTimes> calls;                              // those kinds that there were
    std::vector<BroughtUp> brought_up;                         // those causes that there were
    std::chrono::sys_time<std::chrono::milliseconds> since{};  // when the record was begun
};

// How often a model was called in a minute.
struct MinuteOfCalls {
    std::chrono::sys_time<std::chrono::milliseconds> at{};  // its beginning
    std::string model;
    std::uint64_t calls = 0;
};

// What is lent of a device's memory.
struct LoanTerms {
    std::string device;       // "cuda:0", "cpu"; empty: the first GPU that models are for, or "cpu"
    std::uint64_t bytes = 0;  // 0: all that models hold, but for what is pinned
};
struct Loan {
    std::string device;
    std::uint64_t freed = 0;  // bytes that models held before, and do not now
    std::uint64_t held = 0;   // what they still do
};

// A model moved.
struct Event {
    std::chrono::sys_time<std::chrono::milliseconds> at{};
    std::string model;
    Residency from{}, to{};
    std::string cause;
    std::chrono::nanoseconds took{};  // how long it was on its way; 0 where it leaves a rest
    std::uint64_t bytes = 0;  // of its device while hot, as measured; 0 before its first load
};

}  // namespace samovar
