#pragma once
#include <cstdint>
#include <limits>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include <samovar/limits.hpp>

#include "daemon/worker/channels.hpp"

namespace samovar::worker {

// The memory of one job's slots. Holds their channels mapped until it is destroyed.
class Slots {
  public:
    // `answer_limit`: the largest output that its answer may hold.
    explicit Slots(const Channels& channels, std::uint64_t answer_limit = kMaxInlineBytes)
        : channels_(channels), answer_limit_(answer_limit) {}

    std::uint64_t answer_limit() const { return answer_limit_; }
    // For a job whose outputs stay in this process, and may have any size.
    Slots without_limit() const {
        return Slots(channels_, std::numeric_limits<std::uint64_t>::max());
    }

    // `bytes` bytes of a channel from `offset`. `what` names the tensor in errors. Throws JobError
    // (`unknown_channel`, `out_of_bounds`, `misaligned` for an offset that is no multiple of
    // kSlotAlignment).
    std::span<std::byte> at(std::uint32_t channel, std::uint64_t offset, std::uint64_t bytes,
                            const std::string& what, Errc misaligned);

  private:
    const Channels& channels_;
    const std::uint64_t answer_limit_;
    std::vector<std::shared_ptr<Channel>> held_;
};

}  // namespace samovar::worker
