#pragma once
#include <cstdint>
#include <filesystem>

namespace samovar::daemon {

// What the kernel tells of a process; 0 where it does not.
struct ProcessReading {
    std::uint64_t resident_bytes = 0, virtual_bytes = 0;
    double cpu_seconds = 0;    // in user and in system mode
    double start_seconds = 0;  // since 1970
    std::uint64_t open_fds = 0, max_fds = 0;
};

// Of this process. `proc`: where its files are, but for a test /proc/self.
ProcessReading read_process(const std::filesystem::path& proc = "/proc/self");

}  // namespace samovar::daemon
