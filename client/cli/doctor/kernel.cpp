#include "client/cli/doctor/kernel.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <fstream>
#include <iterator>
#include <sstream>

#include "ipc/os/landlock_version.hpp"
#include "ipc/os/unique_fd.hpp"
#include "ipc/words.hpp"

namespace samovar::cli {
namespace {

constexpr std::uint64_t kEnoughFiles = 4096;
constexpr std::uint64_t kEnoughLocked = 1u << 30;
constexpr double kLittleMemory = 0.05;

bool makes_sealed_memfds() {
    const ipc::UniqueFd fd(static_cast<int>(
        ::syscall(SYS_memfd_create, "samovar-doctor", MFD_CLOEXEC | MFD_ALLOW_SEALING)));
    return fd && ::ftruncate(fd.get(), 4096) == 0 &&
           ::fcntl(fd.get(), F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL) == 0;
}

bool has_pidfds() {
    const ipc::UniqueFd fd(static_cast<int>(::syscall(SYS_pidfd_open, ::getpid(), 0)));
    return static_cast<bool>(fd);
}

std::uint64_t kilobytes_of(const std::string& text, const std::string& name) {
    const std::size_t at = text.find(name + ":");
    if (at == text.npos) return 0;
    return std::strtoull(text.c_str() + at + name.size() + 1, nullptr, 10) * 1024;
}

std::string text_of(const std::string& file) {
    std::ifstream in(file);
    return {std::istreambuf_iterator<char>(in), {}};
}

}  // namespace

KernelFacts read_kernel() {
    KernelFacts facts;
    utsname names{};
    if (::uname(&names) == 0) facts.release = names.release;
    facts.sealed_memfd = makes_sealed_memfds();
    facts.pidfd = has_pidfds();
    facts.landlock_abi = ipc::landlock_version();
    const std::string memory = text_of("/proc/meminfo");
    facts.memory_total = kilobytes_of(memory, "MemTotal");
    facts.memory_available = kilobytes_of(memory, "MemAvailable");
    return facts;
}

Findings check_kernel(const KernelFacts& facts) {
    Findings findings;
    const std::string update = "a kernel of 5.10 or later has it; a container may forbid it";
    findings.push_back(
        facts.sealed_memfd
            ? fine("kernel", facts.release + " has sealed memfds")
            : bad("kernel", facts.release + " has no sealed memfds, which channels are", update));
    if (!facts.pidfd)
        findings.push_back(
            bad("kernel", facts.release + " has no pidfds, by which workers are watched", update));
    if (facts.landlock_abi == 0)
        findings.push_back(doubtful(
            "landlock", "the kernel has none: models can read and write what the daemon can",
            "boot with lsm=...,landlock, or take a kernel of 5.13 or later"));
    else
        findings.push_back(fine("landlock", fmt::format("version {}", facts.landlock_abi)));
    const double free = facts.memory_total == 0 ? 1
                                                : static_cast<double>(facts.memory_available) /
                                                      static_cast<double>(facts.memory_total);
    const std::string memory =
        fmt::format("{} of {} available", ipc::bytes_in_words(facts.memory_available),
                    ipc::bytes_in_words(facts.memory_total));
    findings.push_back(
        free < kLittleMemory
            ? doubtful("memory", memory, "see who holds it; `samovar ps`, `samovar lend`")
            : fine("memory", memory));
    return findings;
}

std::optional<ProcessLimits> parse_limits(const std::string& text) {
    ProcessLimits limits;
    bool found = false;
    std::istringstream lines(text);
    // "Max open files            1024                 524288               files"
    for (std::string line; std::getline(lines, line);) {
        constexpr std::size_t kNameColumn = 26;
        if (line.size() <= kNameColumn) continue;
        std::istringstream numbers(line.substr(kNameColumn));
        std::string soft;
        numbers >> soft;
        std::optional<std::uint64_t> value;
        if (soft != "unlimited") value = std::strtoull(soft.c_str(), nullptr, 10);
        found = found || line.starts_with("Max open files");
        if (line.starts_with("Max open files")) limits.files = value;
        if (line.starts_with("Max locked memory")) limits.locked_bytes = value;
    }
    if (!found) return std::nullopt;
    return limits;
}

std::optional<ProcessLimits> read_limits(const std::string& file) {
    return parse_limits(text_of(file));
}

Findings check_limits(const ProcessLimits& limits, const std::string& whose) {
    Findings findings;
    if (limits.files && *limits.files < kEnoughFiles)
        findings.push_back(
            doubtful("descriptors",
                     fmt::format("{} limit is {}: sessions and channels take one each", whose,
                                 *limits.files),
                     "LimitNOFILE=524288 in the unit, or `ulimit -n`"));
    else
        findings.push_back(fine("descriptors", whose + " limit is enough"));
    if (limits.locked_bytes && *limits.locked_bytes < kEnoughLocked)
        findings.push_back(
            doubtful("locked memory",
                     fmt::format("{} limit is {}: weights of hot models may be paged out", whose,
                                 ipc::bytes_in_words(*limits.locked_bytes)),
                     "LimitMEMLOCK=infinity in the unit, or `ulimit -l unlimited`"));
    else
        findings.push_back(fine("locked memory", whose + " limit is enough"));
    return findings;
}

}  // namespace samovar::cli
