#pragma once
#include <cstdint>
#include <map>
#include <optional>

namespace samovar::client {

// Which stretches of a channel are free. First fit, so that slots gather at the front and the back
// of a channel stays untouched (and unbacked by page tables); free neighbours are one stretch. A
// channel holds some dozens of slots: the map is small. Not thread-safe.
class SlotAllocator {
  public:
    explicit SlotAllocator(std::uint64_t bytes);

    // What a slot of `bytes` takes: at least one byte, in whole kSlotAlignment. Nothing where that
    // is more than 64 bits can count.
    static std::optional<std::uint64_t> rounded(std::uint64_t bytes) noexcept;

    // The offset of a free stretch of rounded(bytes), a multiple of kSlotAlignment; nothing if
    // there is none.
    std::optional<std::uint64_t> take(std::uint64_t bytes);
    // Gives back what take(bytes) gave.
    void give(std::uint64_t offset, std::uint64_t bytes);

    std::uint64_t free_bytes() const noexcept { return free_bytes_; }

  private:
    std::map<std::uint64_t, std::uint64_t> free_;  // offset to bytes
    std::uint64_t free_bytes_;
};

}  // namespace samovar::client
