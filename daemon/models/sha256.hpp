#pragma once
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

namespace samovar::daemon {

// SHA-256 as FIPS 180-4 has it, of bytes that come in pieces.
class Sha256 {
  public:
    void add(std::span<const std::byte> bytes);
    // Of all that was added, as 64 hexadecimal digits. Once, at the end.
    std::string finish();

  private:
    void mix(const std::byte* block);

    std::array<std::uint32_t, 8> state_{0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
                                        0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};
    std::array<std::byte, 64> rest_{};  // of a block that is not whole yet
    std::uint64_t bytes_ = 0;
};

}  // namespace samovar::daemon
