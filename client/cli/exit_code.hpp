#pragma once
#include <string>

#include <samovar/error.hpp>

namespace samovar::cli {

// How the program ends. Scripts go by these numbers; they never change.
enum ExitCode : int {
    kDone = 0,
    kFailed = 1,    // the job, the load or a file failed
    kUsage = 2,     // the command line makes no sense
    kNoDaemon = 3,  // no daemon listens, or it went away
    kRefused = 4,   // the daemon does not do this: unknown model, wrong input, no permission, busy
    kTooLate = 5,   // not done in time, or cancelled
};

// What stands at the end of every help.
inline constexpr const char* kExitCodes =
    "Exit codes: 0 done, 1 the job failed, 2 usage, 3 no daemon, 4 refused, 5 too late or "
    "cancelled.";

ExitCode exit_code(Errc code) noexcept;

// What this process finds wrong with its command line.
Error usage_error(std::string what, std::string hint = "");

}  // namespace samovar::cli
