#pragma once
// When models come and go: what is known of it, and what an operator can want.

#include <chrono>
#include <cstdint>
#include <string>

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
    std::uint64_t bytes = 0;          // of its weights, where they are known
};

}  // namespace samovar
