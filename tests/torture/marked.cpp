#include "tests/torture/marked.hpp"

#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <system_error>

#include "client/cli/number_in.hpp"
#include "tests/support/process.hpp"

namespace samovar::torture {
namespace {

namespace fs = std::filesystem;

// Whether it is gone, or dead; reaps it where it has become this process's child.
bool is_gone(pid_t pid) {
    ::waitpid(pid, nullptr, WNOHANG);
    return !tests::runs(pid);
}

}  // namespace

Mark::Mark() : variable_("SAMOVAR_TORTURE=" + std::to_string(::getpid())) {
    if (::prctl(PR_SET_CHILD_SUBREAPER, 1) != 0)
        throw std::system_error(errno, std::generic_category(), "PR_SET_CHILD_SUBREAPER");
}

std::vector<pid_t> Mark::bearers() const {
    std::vector<pid_t> found;
    for (const fs::directory_entry& entry : fs::directory_iterator("/proc")) {
        const auto pid = cli::number_in<pid_t>(entry.path().filename().native());
        if (!pid) continue;
        // A dead one has no environment any more.
        const std::string environment = '\0' + tests::text_of(entry.path() / "environ");
        if (environment.find('\0' + variable_ + '\0') != std::string::npos) found.push_back(*pid);
    }
    return found;
}

std::chrono::nanoseconds Mark::wait_for_end(const std::vector<pid_t>& orphans,
                                            std::chrono::nanoseconds patience) {
    const auto begun = std::chrono::steady_clock::now();
    const bool gone =
        tests::wait_until([&] { return std::ranges::all_of(orphans, is_gone); },
                          std::chrono::duration_cast<std::chrono::milliseconds>(patience));
    return gone ? std::chrono::steady_clock::now() - begun : patience;
}

}  // namespace samovar::torture
