#pragma once
#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "daemon/dispatch/counter.hpp"
#include "daemon/metrics/histogram.hpp"

namespace samovar::daemon {

// Of one model, over all its versions, since the daemon began. Nothing here ever goes back.
struct ModelCounts {
    using ByCause = std::map<std::string, std::uint64_t, std::less<>>;

    std::array<std::uint64_t, kJobOutcomes.size()> jobs{};
    Histogram total, queued;  // of jobs that were answered well
    std::uint64_t prepared_ns = 0, inferred_ns = 0, finished_ns = 0;
    std::uint64_t batches = 0, cold_starts = 0;
    // Each a move that came to its end.
    ByCause loads, wakes, parks, unloads;
    std::uint64_t load_failures = 0;
    std::uint64_t load_ns = 0, wake_ns = 0;

    std::uint64_t of(JobOutcome outcome) const { return jobs[static_cast<std::size_t>(outcome)]; }
    std::uint64_t answered() const { return of(JobOutcome::done) + of(JobOutcome::cached); }
    void add(const ModelCounts& other);
};

std::uint64_t sum_of(const ModelCounts::ByCause& counts);

// The counts of each model. Whatever comes and goes, it holds no more than kMost of them: when one
// more is called, one that is gone, or that nobody has called, leaves its place, and what was
// counted of it goes to the others', which are counted together. Loop thread only.
class ModelTable {
  public:
    static constexpr std::size_t kMost = 128;
    static constexpr const char* kOthers = "_others";  // which is no model's name

    // Of a model that is called, or that moves.
    ModelCounts& of(const std::string& model);
    // Which models there are; those for which there is room get their places.
    template <class Names>
    void present(const Names& names) {
        for (auto& [name, place] : places_)
            place.gone = true;
        for (const std::string& name : names)
            if (const auto found = places_.find(name); found != places_.end())
                found->second.gone = false;
            else if (places_.size() < kMost)
                places_.try_emplace(name);
    }
    bool has(const std::string& model) const { return places_.contains(model); }

    // visit(name, counts), by name; the others come last, if there are any.
    template <class Visit>
    void each(Visit visit) const {
        for (const auto& [name, place] : places_)
            visit(name, place.counts);
        if (has_others_) visit(std::string(kOthers), others_);
    }

  private:
    struct Place {
        ModelCounts counts;
        bool gone = false, called = false;
    };
    std::map<std::string, Place> places_;
    ModelCounts others_;
    bool has_others_ = false;
};

}  // namespace samovar::daemon
