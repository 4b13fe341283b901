#pragma once
#include <map>
#include <span>
#include <string>
#include <vector>

#include "daemon/residency/borrower.hpp"
#include "ipc/wire/codec.hpp"
#include "scheduler/residency/memory.hpp"

namespace samovar::daemon {

// What is remembered of one model, and when that was last so.
struct Remembered {
    scheduler::Memory memory;
    scheduler::WallTime at{};
};
using Memories = std::map<std::string, Remembered, std::less<>>;  // by the model's name

// What is lent of a device, and to whom.
struct LoanMemory {
    std::string device;
    std::uint64_t bytes = 0;      // 0: all
    std::uint64_t held_then = 0;  // by all models, when it began
    std::string asked_by;         // for the log
    Borrower borrower;
    std::vector<std::string> left;  // models that are to come back when it ends
};

struct State {
    Memories models;
    std::vector<LoanMemory> loans;
};

// As a file holds it: a mark, a checksum, and a body in cereal's portable layout. At most
// kMaxModels models are kept, the newest, and kMaxSessions loans.
ipc::Bytes encode_state(const State& state);
// Errors: `io`, of a file that is none of these, or not whole.
Result<State> decode_state(std::span<const std::byte> file);

}  // namespace samovar::daemon
