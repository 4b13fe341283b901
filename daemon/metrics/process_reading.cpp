#include "daemon/metrics/process_reading.hpp"

#include <sys/resource.h>
#include <unistd.h>

#include <fstream>
#include <iterator>
#include <sstream>
#include <string>

namespace samovar::daemon {
namespace {

// Seconds since 1970 at which the machine came up (proc(5), btime).
double boot_time(const std::filesystem::path& stat) {
    std::ifstream file(stat);
    for (std::string line; std::getline(file, line);)
        if (line.starts_with("btime ")) return std::stod(line.substr(6));
    return 0;
}

}  // namespace

ProcessReading read_process(const std::filesystem::path& proc) {
    ProcessReading reading;
    std::ifstream file(proc / "stat");
    std::string line;
    std::getline(file, line);
    // The name may hold anything, a parenthesis as well: what comes after the last is numbers.
    const std::size_t name_end = line.rfind(')');
    if (name_end == line.npos || name_end + 2 > line.size()) return reading;
    std::istringstream fields(line.substr(name_end + 2));
    std::string state;
    double skipped = 0, user = 0, system = 0, started = 0, pages = 0;
    fields >> state;
    for (int field = 4; field < 14; ++field)
        fields >> skipped;
    fields >> user >> system;
    for (int field = 16; field < 22; ++field)
        fields >> skipped;
    fields >> started >> reading.virtual_bytes >> pages;
    const auto ticks = static_cast<double>(::sysconf(_SC_CLK_TCK));
    reading.cpu_seconds = (user + system) / ticks;
    reading.resident_bytes =
        static_cast<std::uint64_t>(pages) * static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
    reading.start_seconds = boot_time(proc.parent_path() / "stat") + started / ticks;
    std::error_code fault;
    for (std::filesystem::directory_iterator entry(proc / "fd", fault);
         !fault && entry != std::filesystem::directory_iterator(); entry.increment(fault))
        ++reading.open_fds;
    rlimit limit{};
    if (::getrlimit(RLIMIT_NOFILE, &limit) == 0) reading.max_fds = limit.rlim_cur;
    return reading;
}

}  // namespace samovar::daemon
