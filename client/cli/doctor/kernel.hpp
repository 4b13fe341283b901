#pragma once
#include <cstdint>
#include <optional>
#include <string>

#include "client/cli/doctor/finding.hpp"

namespace samovar::cli {

// What the kernel can do, and what this machine gives to programs.
struct KernelFacts {
    std::string release;  // "6.1.0-18-amd64"
    bool sealed_memfd = false, pidfd = false;
    int landlock_abi = 0;  // 0: there is none
    std::uint64_t memory_total = 0, memory_available = 0;
};
KernelFacts read_kernel();
Findings check_kernel(const KernelFacts& facts);

// Of one process; the most there is: none.
struct ProcessLimits {
    std::optional<std::uint64_t> files, locked_bytes;
};
// By /proc/PID/limits; nothing where it may not be read.
std::optional<ProcessLimits> read_limits(const std::string& file);
std::optional<ProcessLimits> parse_limits(const std::string& text);
// `whose`: "the daemon's", "this shell's".
Findings check_limits(const ProcessLimits& limits, const std::string& whose);

}  // namespace samovar::cli
