#include "daemon/worker/sandbox/landlock.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

namespace samovar::worker {
namespace {

// landlock(7), whose header is older than the kernel on many machines.
constexpr std::uint64_t kWriteFile = 1u << 1, kReadFile = 1u << 2, kReadFolder = 1u << 3,
                        kRemoveFile = 1u << 5, kMakeFile = 1u << 8, kTruncate = 1u << 14,
                        kDeviceControl = 1u << 15;
constexpr std::uint64_t kOfVersion1 = (1u << 13) - 1, kOfVersion2 = (1u << 14) - 1,
                        kOfVersion3 = (1u << 15) - 1, kOfVersion5 = (1u << 16) - 1;
constexpr std::uint64_t kOfFiles =
    1u << 0 | kWriteFile | kReadFile | kTruncate | kDeviceControl;  // else of folders alone
constexpr std::uint64_t kAllOfTcp = 3;                              // bind, connect
constexpr std::uint64_t kAllScopes = 3;                             // abstract sockets, signals
constexpr int kPathBeneath = 1;

struct Ruleset {
    std::uint64_t files, network, scopes;
};
struct [[gnu::packed]] PathRule {
    std::uint64_t allowed;
    std::int32_t fd;
};

std::uint64_t rights_to_files(int version) {
    if (version >= 5) return kOfVersion5;
    if (version >= 3) return kOfVersion3;
    return version == 2 ? kOfVersion2 : kOfVersion1;
}

std::uint64_t rights_of(Access access) {
    switch (access) {
        case Access::read: return kReadFile | kReadFolder;
        case Access::device:
            return kReadFile | kReadFolder | kWriteFile | kTruncate | kDeviceControl;
        case Access::shared:
            return kReadFile | kReadFolder | kWriteFile | kTruncate | kMakeFile | kRemoveFile;
    }
    return 0;
}

}  // namespace

Result<Landlock> Landlock::make(int version) {
    const Ruleset rules{rights_to_files(version), version >= 4 ? kAllOfTcp : 0,
                        version >= 6 ? kAllScopes : 0};
    // An older kernel takes what is longer than it knows only where the rest is zero.
    ipc::UniqueFd fd(
        static_cast<int>(::syscall(SYS_landlock_create_ruleset, &rules, sizeof rules, 0)));
    if (!fd) return io_error("landlock_create_ruleset", errno);
    return Landlock(std::move(fd), rules.files);
}

Result<void> Landlock::allow(const std::string& path, Access access) {
    const ipc::UniqueFd fd(::open(path.c_str(), O_PATH | O_CLOEXEC));
    struct stat info {};
    if (!fd || ::fstat(fd.get(), &info) != 0) return {};
    std::uint64_t allowed = rights_of(access) & handled_;
    if (!S_ISDIR(info.st_mode)) allowed &= kOfFiles;
    const PathRule rule{allowed, fd.get()};
    if (::syscall(SYS_landlock_add_rule, rules_.get(), kPathBeneath, &rule, 0) != 0)
        return io_error("landlock_add_rule for " + path, errno);
    return {};
}

Result<void> Landlock::enter() const {
    if (::syscall(SYS_landlock_restrict_self, rules_.get(), 0) != 0)
        return io_error("landlock_restrict_self", errno);
    return {};
}

}  // namespace samovar::worker
