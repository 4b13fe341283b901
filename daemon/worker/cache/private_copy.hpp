#pragma once
#include <cstdint>
#include <optional>

#include "daemon/worker/cache/result_cache.hpp"
#include "daemon/worker/tasks/slots.hpp"

namespace samovar::worker {

// The bytes of all inputs; nothing where their types and shapes make no number.
std::optional<std::uint64_t> input_bytes_of(const ipc::RunJob& job);

// What a job asks, in memory that its client cannot write: each byte is read once from where it
// lies, and hashed as it was read. Throws JobError.
ResultKey take_private(const ipc::RunJob& job, Slots& slots);

// The digest of a key as its bytes are now.
ipc::Digest digest_of(const ResultKey& key);

}  // namespace samovar::worker
