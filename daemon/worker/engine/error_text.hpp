#pragma once
#include <string>
#include <string_view>

namespace samovar::worker {

// The first useful line of what LibTorch says: without C++ stacks, TorchScript's traceback, the
// names of its own source files and the framing of AOTInductor. The empty string for nothing.
std::string first_useful_line(std::string_view text);

// Whether the text says that memory, of the host or of the device, was not enough.
bool tells_of_memory(std::string_view text) noexcept;

}  // namespace samovar::worker
