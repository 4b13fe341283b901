#include "daemon/metrics/model_counts.hpp"

#include <algorithm>
#include <numeric>

namespace samovar::daemon {
namespace {

void add_causes(ModelCounts::ByCause& into, const ModelCounts::ByCause& other) {
    for (const auto& [cause, count] : other)
        into[cause] += count;
}

}  // namespace

std::uint64_t sum_of(const ModelCounts::ByCause& counts) {
    return std::accumulate(counts.begin(), counts.end(), std::uint64_t{0},
                           [](std::uint64_t sum, const auto& cause) { return sum + cause.second; });
}

void ModelCounts::add(const ModelCounts& other) {
    for (std::size_t i = 0; i < jobs.size(); ++i)
        jobs[i] += other.jobs[i];
    total.add(other.total);
    queued.add(other.queued);
    prepared_ns += other.prepared_ns;
    inferred_ns += other.inferred_ns;
    finished_ns += other.finished_ns;
    batches += other.batches;
    cold_starts += other.cold_starts;
    add_causes(loads, other.loads);
    add_causes(wakes, other.wakes);
    add_causes(parks, other.parks);
    add_causes(unloads, other.unloads);
    load_failures += other.load_failures;
    load_ns += other.load_ns;
    wake_ns += other.wake_ns;
}

ModelCounts& ModelTable::of(const std::string& model) {
    auto found = places_.find(model);
    if (found == places_.end() && places_.size() >= kMost) {
        const auto leaves = std::ranges::find_if(
            places_, [](const auto& entry) { return entry.second.gone || !entry.second.called; });
        has_others_ = true;
        if (leaves == places_.end()) return others_;
        others_.add(leaves->second.counts);
        places_.erase(leaves);
    }
    if (found == places_.end()) found = places_.try_emplace(model).first;
    found->second.gone = false;
    found->second.called = true;
    return found->second.counts;
}

}  // namespace samovar::daemon
