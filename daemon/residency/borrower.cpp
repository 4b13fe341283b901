#include "daemon/residency/borrower.hpp"

#include <poll.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <fstream>
#include <sstream>

namespace samovar::daemon {
namespace {

std::string first_line(const std::string& path) {
    std::string line;
    std::getline(std::ifstream(path) >> std::ws, line);
    return line;
}

std::uint32_t pid_of(int pidfd) {
    std::ifstream info("/proc/self/fdinfo/" + std::to_string(pidfd));
    for (std::string line; std::getline(info, line);)
        if (line.starts_with("Pid:"))
            return static_cast<std::uint32_t>(std::strtoul(line.c_str() + 4, nullptr, 10));
    return 0;
}

// The 22nd field of proc_pid_stat(5); 0 where there is none. The second, in brackets, is the
// program's name, and may hold anything.
std::uint64_t start_of(std::uint32_t pid) {
    const std::string line = first_line("/proc/" + std::to_string(pid) + "/stat");
    const std::size_t name_end = line.rfind(')');
    if (name_end == line.npos) return 0;
    std::istringstream fields(line.substr(name_end + 1));
    std::string field;
    for (int number = 3; number <= 22; ++number)
        if (!(fields >> field)) return 0;
    return std::strtoull(field.c_str(), nullptr, 10);
}

std::string this_boot() {
    return first_line("/proc/sys/kernel/random/boot_id");
}

bool has_ended(int pidfd) {
    pollfd end{pidfd, POLLIN, 0};
    return ::poll(&end, 1, 0) != 0;
}

}  // namespace

std::optional<Borrower> borrower_of(int pidfd) {
    Borrower borrower{pid_of(pidfd), 0, this_boot()};
    if (borrower.pid == 0 || borrower.boot.empty()) return std::nullopt;
    borrower.started = start_of(borrower.pid);
    // Had it ended before, what was read may be of another that has its number.
    if (borrower.started == 0 || has_ended(pidfd)) return std::nullopt;
    return borrower;
}

ipc::UniqueFd find_again(const Borrower& borrower) {
    if (borrower.pid == 0 || borrower.boot != this_boot()) return {};
    ipc::UniqueFd pidfd(static_cast<int>(::syscall(SYS_pidfd_open, borrower.pid, 0)));
    if (!pidfd || borrower_of(pidfd.get()) != borrower) return {};
    return pidfd;
}

}  // namespace samovar::daemon
