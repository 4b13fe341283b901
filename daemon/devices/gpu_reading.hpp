#pragma once
#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include <samovar/error.hpp>

namespace samovar::daemon {

// What NVML tells of a GPU, or of a part of one (MIG).
struct GpuReading {
    std::string uuid, name, pci;             // "GPU-8932...", "NVIDIA H200", "00000000:1A:00.0"
    std::uint64_t total = 0, free = 0;       // bytes; `free` of what all programs leave
    std::optional<std::uint64_t> energy_mj;  // since the driver came up, where it tells
};

// By what the workers call it, "cuda:0"; an error of code `no_device` says why it is not seen.
using GpuReadings = std::map<std::string, Result<GpuReading>>;

}  // namespace samovar::daemon
