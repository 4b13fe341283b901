#pragma once
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "daemon/worker/channels.hpp"

namespace samovar::worker {

// The memory of one job's slots. Holds their channels mapped until it is destroyed.
class Slots {
  public:
    explicit Slots(const Channels& channels) : channels_(channels) {}

    // `bytes` bytes of a channel from `offset`. `what` names the tensor in errors. Throws JobError
    // (`unknown_channel`, `out_of_bounds`, `misaligned` for an offset that is no multiple of
    // kSlotAlignment).
    std::span<std::byte> at(std::uint32_t channel, std::uint64_t offset, std::uint64_t bytes,
                            const std::string& what, Errc misaligned);

  private:
    const Channels& channels_;
    std::vector<std::shared_ptr<Channel>> held_;
};

}  // namespace samovar::worker
