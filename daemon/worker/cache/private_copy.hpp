#pragma once
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "daemon/worker/cache/result_cache.hpp"
#include "daemon/worker/tasks/slots.hpp"

namespace samovar::worker {

// The bytes of all inputs; nothing where their types and shapes make no number.
std::optional<std::uint64_t> input_bytes_of(const ipc::RunJob& job);

// These inputs in memory that their client cannot write: each byte is read once from where it lies,
// and hashed as it was read. Throws JobError.
ResultKey take_private(std::span<const ipc::InputTensor> inputs, std::vector<ipc::Param> params,
                       Slots& slots);

// The digest of a key as its bytes are now.
ipc::Digest digest_of(const ResultKey& key);

}  // namespace samovar::worker
