#pragma once
#include <array>
#include <cstdint>
#include <vector>

#include "scheduler/types.hpp"

namespace samovar::scheduler {

// Inputs that killed a worker twice, kept out for a while. A job is known by the digest of what it
// read, which the worker computes, so that the next picture in the same slot is not mistaken for
// the one that killed.
class Quarantine {
  public:
    using Digest = std::array<std::uint64_t, 2>;

    // How long an input stays out, and how many are remembered per user and model: a user who finds
    // more than this many killers gets the oldest tried again.
    static constexpr Duration kTerm = std::chrono::seconds(60);
    static constexpr std::size_t kMostPerUser = 16;

    void add(ModelId model, std::uint32_t uid, const Digest& digest, Time now);
    // Those still kept out for this user's jobs on this model; nearly always none.
    std::vector<Digest> of(ModelId model, std::uint32_t uid, Time now);
    std::size_t size() const { return entries_.size(); }

  private:
    struct Entry {
        ModelId model;
        std::uint32_t uid;
        Digest digest;
        Time until;
    };
    std::vector<Entry> entries_;  // oldest first
};

}  // namespace samovar::scheduler
