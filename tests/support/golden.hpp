#pragma once
#include <string>
#include <string_view>

#include "ipc/wire/codec.hpp"

namespace samovar::tests {

// Golden bytes are kept as text: pairs of hexadecimal digits, 16 bytes a line.
std::string to_hex(std::span<const std::byte> bytes);
// The reverse; blanks and line ends are skipped. Throws std::runtime_error on anything else.
ipc::Bytes from_hex(std::string_view text);

// tests/data/golden/v1/NAME.hex: one frame of protocol version 1. Throws where there is no such
// file.
ipc::Bytes golden_frame(std::string_view name);

}  // namespace samovar::tests
