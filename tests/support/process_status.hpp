#pragma once
#include <sys/types.h>
#include <unistd.h>

#include <chrono>
#include <cstdint>
#include <fstream>
#include <sstream>
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

// Of one process: /proc/PID/stat from `first` on, counted as proc(5) does; behind the name.
inline std::istringstream stat_from(pid_t pid, int first) {
    std::ifstream stat("/proc/" + std::to_string(pid) + "/stat");
    std::string line;
    std::getline(stat, line);
    std::istringstream fields(line.substr(line.rfind(')') + 1));
    std::string skipped;
    for (int field = 3; field < first; ++field)
        fields >> skipped;
    return fields;
}

// How long the threads of a process have computed, to a hundredth of a second.
inline std::chrono::milliseconds computing_time(pid_t pid) {
    std::int64_t user = 0, system = 0;
    stat_from(pid, 14) >> user >> system;
    return std::chrono::milliseconds((user + system) * 1000 / ::sysconf(_SC_CLK_TCK));
}

// Pages that a process was given since it began, without a disk.
inline std::uint64_t minor_faults(pid_t pid) {
    std::uint64_t faults = 0;
    stat_from(pid, 10) >> faults;
    return faults;
}

}  // namespace samovar::tests
