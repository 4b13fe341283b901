#include "daemon/worker/tasks/slots.hpp"

#include <samovar/limits.hpp>

#include "daemon/worker/job_error.hpp"

namespace samovar::worker {

std::span<std::byte> Slots::at(std::uint32_t channel, std::uint64_t offset, std::uint64_t bytes,
                               const std::string& what, Errc misaligned) {
    std::shared_ptr<Channel> found = channels_.find(channel);
    if (found == nullptr)
        throw JobError(Errc::unknown_channel,
                       what + " lies in channel " + std::to_string(channel) + ", which is not open",
                       "open a channel and use its number");
    const std::span<std::byte> all = found->bytes();
    if (offset > all.size() || bytes > all.size() - offset)
        throw JobError(Errc::out_of_bounds,
                       what + " takes " + std::to_string(bytes) + " bytes from " +
                           std::to_string(offset) + " of a channel of " +
                           std::to_string(all.size()) + " bytes",
                       "open a larger channel, or begin earlier in this one");
    if (offset % kSlotAlignment != 0)
        throw JobError(misaligned,
                       what + " begins at byte " + std::to_string(offset) +
                           ", which is no multiple of " + std::to_string(kSlotAlignment),
                       "align slots to " + std::to_string(kSlotAlignment) + " bytes");
    held_.push_back(std::move(found));
    return all.subspan(static_cast<std::size_t>(offset), static_cast<std::size_t>(bytes));
}

}  // namespace samovar::worker
