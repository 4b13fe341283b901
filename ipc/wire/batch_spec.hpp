#pragma once
// [batch] of model.toml, as a worker is told of it; see docs/models.md. Part of WorkerLoad.

#include <algorithm>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include <samovar/limits.hpp>

#include "ipc/wire/codec.hpp"

namespace samovar::ipc {

inline constexpr std::size_t kMaxBuckets = 64;

// How many rows (pictures, texts, rows of the first axis) one inference takes.
struct BatchSpec {
    std::uint32_t rows = 0;  // 0: the inputs of a job go to the network as they are, alone
    // Where it takes some sizes only, in rising order: smaller batches are padded.
    std::vector<std::uint32_t> sizes;
    bool measure = false;  // find out at the load which number up to `rows` is worth while

    // Of task tensor: the named size that may differ from row to row; empty: there is none.
    std::string length;
    std::uint32_t max_tokens = 0;        // rows x length of an inference; 0: any number
    std::vector<std::uint32_t> buckets;  // rising lengths; rows of one bucket go together
    bool pad_to_bucket = false;          // else to the longest of the inference
    friend bool operator==(const BatchSpec&, const BatchSpec&) = default;
};

// The least bucket that holds it; beyond the last one, itself.
template <class Length>
Length bucket_of(Length length, std::span<const std::uint32_t> buckets) {
    const auto found = std::ranges::lower_bound(
        buckets, length, {}, [](std::uint32_t bucket) { return static_cast<Length>(bucket); });
    return found == buckets.end() ? length : static_cast<Length>(*found);
}

template <class Archive>
void serialize(Archive& ar, BatchSpec& m) {
    ar(m.rows, bounded(m.sizes, kMaxBatchSizes), m.measure, bounded(m.length, kMaxNameBytes),
       m.max_tokens, bounded(m.buckets, kMaxBuckets), m.pad_to_bucket);
}

}  // namespace samovar::ipc
