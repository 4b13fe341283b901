#pragma once
// How the texts of a job are cut into batches. Pure.

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace samovar::worker::text {

struct BatchLimits {
    std::vector<std::uint32_t> buckets;  // rising; a batch never crosses one
    bool pad_to_bucket = false;          // else to its longest row
    std::uint32_t rows = 1;              // of one batch
    std::uint32_t tokens = 1;            // of one batch, padding included; one row may have more
};

struct TextBatch {
    std::vector<std::uint32_t> rows;  // which texts
    std::uint32_t length = 0;         // to which each is padded
};

// Every text is in one batch. The longest come first: so memory is asked for at its most at once,
// and what runs out of it does so before the rest was computed. Texts of equal length keep their
// order. `lengths`: tokens of each text, at most the last bucket.
std::vector<TextBatch> plan_batches(std::span<const std::uint32_t> lengths,
                                    const BatchLimits& limits);

}  // namespace samovar::worker::text
