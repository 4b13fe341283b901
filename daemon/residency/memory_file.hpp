#pragma once
#include <map>
#include <span>
#include <string>

#include "ipc/wire/codec.hpp"
#include "scheduler/residency/memory.hpp"

namespace samovar::daemon {

// What is remembered of one model, and when that was last so.
struct Remembered {
    scheduler::Memory memory;
    scheduler::WallTime at{};
};
using Memories = std::map<std::string, Remembered, std::less<>>;  // by the model's name

// As a file holds them: a mark, a checksum, and a body in cereal's portable layout. At most
// kMaxModels are kept, the newest.
ipc::Bytes encode_memories(const Memories& memories);
// Errors: `io`, of a file that is none of these, or not whole.
Result<Memories> decode_memories(std::span<const std::byte> file);

}  // namespace samovar::daemon
