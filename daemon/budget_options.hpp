#pragma once
// [device.NAME] and [host] of samovard.toml: how much memory models may hold.

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>

#include "daemon/models/toml_reader.hpp"

namespace samovar::daemon {

// Bytes, or a share of what a device has.
struct Amount {
    std::uint64_t bytes = 0;
    double share = 0;  // from 0 to 1; where it is not 0 it counts, and not the bytes

    std::uint64_t of(std::uint64_t all) const {
        return share > 0 ? static_cast<std::uint64_t>(share * static_cast<double>(all)) : bytes;
    }
};

struct DeviceBudget {
    std::optional<Amount> budget;      // what all models together may hold
    std::optional<Amount> leave_free;  // of the device, for other programs
    std::string leave_free_at{};       // "FILE:LINE: device.cpu.leave_free", where it is
};

struct BudgetOptions {
    std::map<std::string, DeviceBudget> devices;  // "cpu", "cuda:0"
    std::optional<Amount> host;                   // for what is parked there
    // Where the machine's memory is read; a test has its own.
    std::filesystem::path meminfo = "/proc/meminfo";
    std::filesystem::path pressure = "/proc/pressure/memory";
    std::string nvml = "libnvidia-ml.so.1";
};

// Reads both tables; nothing is limited where there are none. Throws TomlFault.
BudgetOptions read_budgets(TomlReader& top);
// Throws TomlFault where this machine has no more than is to be left free of it; `total`: what it
// has, 0 where that is not known.
void check_reserve(const BudgetOptions& options, std::uint64_t total);

}  // namespace samovar::daemon
