#include "daemon/worker/text/batch_plan.hpp"

#include <algorithm>
#include <numeric>

#include "ipc/wire/batch_spec.hpp"

namespace samovar::worker::text {

std::vector<TextBatch> plan_batches(std::span<const std::uint32_t> lengths,
                                    const BatchLimits& limits) {
    std::vector<std::uint32_t> order(lengths.size());
    std::iota(order.begin(), order.end(), 0U);
    std::stable_sort(order.begin(), order.end(),
                     [&](std::uint32_t a, std::uint32_t b) { return lengths[a] > lengths[b]; });
    std::vector<TextBatch> batches;
    std::uint32_t bucket = 0;
    std::size_t most_rows = 0;
    for (const std::uint32_t row : order) {
        const std::uint32_t own = ipc::bucket_of(lengths[row], limits.buckets);
        if (batches.empty() || own != bucket || batches.back().rows.size() >= most_rows) {
            bucket = own;
            TextBatch& next = batches.emplace_back();
            next.length = limits.pad_to_bucket ? own : std::max(lengths[row], 1U);
            most_rows = std::clamp(limits.tokens / std::max(next.length, 1U), 1U,
                                   std::max(limits.rows, 1U));
        }
        batches.back().rows.push_back(row);
    }
    return batches;
}

}  // namespace samovar::worker::text
