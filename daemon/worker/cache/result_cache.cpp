#include "daemon/worker/cache/result_cache.hpp"

#include <algorithm>
#include <utility>

namespace samovar::worker {
namespace {

// What an entry takes beside the bytes of its tensors and words: its places in the list and the
// map, and what the allocator adds.
constexpr std::uint64_t kEntryBytes = 1024;

std::uint64_t bytes_of(const ResultKey& key, const KeptResult& result) {
    std::uint64_t bytes = kEntryBytes;
    for (const ipc::InputTensor& input : key.inputs)
        bytes += input.data.size();
    for (const ipc::Param& param : key.params)
        bytes += param.key.size() + param.value.size();
    for (const ipc::OutputTensor& output : result.outputs)
        bytes += output.data.size();
    for (const ipc::Detail& detail : result.details)
        bytes += detail.name.size() + detail.value.size();
    return bytes;
}

}  // namespace

bool are_equal(const ResultKey& a, const ResultKey& b) {
    return a.digest == b.digest &&
           std::ranges::equal(a.params, b.params,
                              [](const ipc::Param& left, const ipc::Param& right) {
                                  return left.key == right.key && left.value == right.value;
                              }) &&
           std::ranges::equal(a.inputs, b.inputs,
                              [](const ipc::InputTensor& left, const ipc::InputTensor& right) {
                                  return left.dtype == right.dtype && left.shape == right.shape &&
                                         left.data == right.data;
                              });
}

bool ResultCache::could_keep(std::uint64_t input_bytes) const {
    return kEntryBytes <= limit_ && input_bytes <= limit_ - kEntryBytes;
}

std::shared_ptr<const KeptResult> ResultCache::find(const ResultKey& key) {
    const std::lock_guard lock(guard_);
    const auto found = by_digest_.find(key.digest);
    if (found == by_digest_.end() || !are_equal(found->second->key, key)) return nullptr;
    entries_.splice(entries_.begin(), entries_, found->second);
    return found->second->result;
}

void ResultCache::keep(ResultKey key, std::shared_ptr<const KeptResult> result) {
    const std::uint64_t bytes = bytes_of(key, *result);
    if (bytes > limit_) return;
    const std::lock_guard lock(guard_);
    if (const auto same = by_digest_.find(key.digest); same != by_digest_.end())
        erase(same->second);
    while (bytes > limit_ - bytes_)
        erase(std::prev(entries_.end()));
    const ipc::Digest digest = key.digest;
    entries_.push_front({std::move(key), std::move(result), bytes});
    by_digest_[digest] = entries_.begin();
    bytes_ += bytes;
}

void ResultCache::clear() {
    const std::lock_guard lock(guard_);
    by_digest_.clear();
    entries_.clear();
    bytes_ = 0;
}

ipc::KeptResults ResultCache::kept() const {
    const std::lock_guard lock(guard_);
    return {bytes_, static_cast<std::uint32_t>(entries_.size())};
}

void ResultCache::erase(Entries::iterator entry) {
    bytes_ -= entry->bytes;
    by_digest_.erase(entry->key.digest);
    entries_.erase(entry);
}

}  // namespace samovar::worker
