#include "daemon/models/writers.hpp"

#include <sys/stat.h>

#include <cstdio>
#include <deque>

namespace samovar::daemon {
namespace {

namespace fs = std::filesystem;

constexpr int kMostLinks = 40;  // as the kernel has it

std::optional<Error> judged(const fs::path& path, const struct stat& info, bool is_last,
                            const std::string& harm) {
    if ((info.st_mode & S_IWOTH) == 0) return std::nullopt;
    // Entries of others can be neither replaced nor renamed there, but new ones can be made.
    if (S_ISDIR(info.st_mode) && (info.st_mode & S_ISVTX) != 0 && !is_last) return std::nullopt;
    char mode[8];
    std::snprintf(mode, sizeof mode, "%04o", static_cast<unsigned>(info.st_mode & 07777));
    return Error{Errc::bad_model,
                 path.string() + ": anybody may write it (mode " + mode + "), and " + harm,
                 "chmod o-w " + path.string(), 0, 0};
}

}  // namespace

// Goes the way that the kernel would, and looks at each step of it.
std::optional<Error> writable_by_anybody(const fs::path& path, const std::string& harm) {
    const fs::path absolute = fs::absolute(path);
    std::deque<fs::path> steps(absolute.begin(), absolute.end());
    fs::path at;
    for (int links = 0; !steps.empty();) {
        const fs::path step = steps.front();
        steps.pop_front();
        if (step.empty() || step == ".") continue;
        if (step == "..") {
            at = at.parent_path();
            continue;
        }
        const fs::path next = step.is_absolute() ? step : at / step;
        struct stat info {};
        if (::lstat(next.c_str(), &info) != 0) return std::nullopt;
        if (S_ISLNK(info.st_mode)) {
            std::error_code fault;
            const fs::path target = fs::read_symlink(next, fault);
            if (fault || ++links > kMostLinks) return std::nullopt;
            steps.insert(steps.begin(), target.begin(), target.end());
            continue;
        }
        if (auto error = judged(next, info, steps.empty(), harm)) return error;
        at = next;
    }
    return std::nullopt;
}

}  // namespace samovar::daemon
