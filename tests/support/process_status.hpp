#pragma once
#include <sys/types.h>

#include <cstdint>
#include <fstream>
#include <stdexcept>
#include <string>

namespace samovar::tests {

// Of one process: the number behind `key` in /proc/PID/status, in KiB.
inline std::uint64_t status_kb(pid_t pid, const std::string& key) {
    std::ifstream status("/proc/" + std::to_string(pid) + "/status");
    for (std::string line; std::getline(status, line);)
        if (line.starts_with(key + ":")) return std::stoull(line.substr(key.size() + 1));
    throw std::runtime_error("no " + key + " in /proc/PID/status");
}

}  // namespace samovar::tests
