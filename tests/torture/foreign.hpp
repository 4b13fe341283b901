#pragma once
#include <cstdint>
#include <span>
#include <string_view>

#include "ipc/os/unique_fd.hpp"

namespace samovar::torture {

// Bytes that each of them is offered as a channel of.
inline constexpr std::uint64_t kOffered = 64u << 10;

// A kind of descriptor that is no channel, whatever the client that offers it says.
struct Foreign {
    std::string_view name;
    ipc::UniqueFd (*make)();  // empty where this kernel has none
};
std::span<const Foreign> foreign_descriptors();

}  // namespace samovar::torture
