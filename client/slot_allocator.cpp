#include "client/slot_allocator.hpp"

#include <iterator>
#include <limits>

#include <samovar/limits.hpp>

namespace samovar::client {

SlotAllocator::SlotAllocator(std::uint64_t bytes)
    : free_bytes_(bytes / kSlotAlignment * kSlotAlignment) {
    if (free_bytes_ > 0) free_.emplace(0, free_bytes_);
}

std::optional<std::uint64_t> SlotAllocator::rounded(std::uint64_t bytes) noexcept {
    if (bytes == 0) return kSlotAlignment;
    if (bytes > std::numeric_limits<std::uint64_t>::max() - kSlotAlignment) return std::nullopt;
    return (bytes + kSlotAlignment - 1) / kSlotAlignment * kSlotAlignment;
}

std::optional<std::uint64_t> SlotAllocator::take(std::uint64_t bytes) {
    const auto wanted = rounded(bytes);
    if (!wanted || *wanted > free_bytes_) return std::nullopt;
    for (auto stretch = free_.begin(); stretch != free_.end(); ++stretch) {
        const auto [offset, size] = *stretch;
        if (size < *wanted) continue;
        const auto next = free_.erase(stretch);
        if (size > *wanted) free_.emplace_hint(next, offset + *wanted, size - *wanted);
        free_bytes_ -= *wanted;
        return offset;
    }
    return std::nullopt;
}

void SlotAllocator::give(std::uint64_t offset, std::uint64_t bytes) {
    const std::uint64_t size = *rounded(bytes);
    free_bytes_ += size;
    auto [here, inserted] = free_.emplace(offset, size);
    const auto next = std::next(here);
    if (next != free_.end() && here->first + here->second == next->first) {
        here->second += next->second;
        free_.erase(next);
    }
    if (here == free_.begin()) return;
    const auto before = std::prev(here);
    if (before->first + before->second == here->first) {
        before->second += here->second;
        free_.erase(here);
    }
}

}  // namespace samovar::client
