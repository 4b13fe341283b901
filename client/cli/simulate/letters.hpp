#pragma once
#include <array>
#include <cstdint>

namespace samovar::cli {

inline constexpr int kLetterWidth = 5, kLetterHeight = 7;

// The rows of a letter from top to bottom, the leftmost dot in bit 4. Small letters that hang below
// the line sit on it. What has no letter of its own is a box.
const std::array<std::uint8_t, kLetterHeight>& letter(char c) noexcept;

}  // namespace samovar::cli
