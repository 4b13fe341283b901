// samovar: the command line.

#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <exception>

#include "client/cli/command_line.hpp"

namespace {

// A command that only asks has nothing to tidy up; `run` takes these signals itself.
void end_at_once(int) {
    static constexpr char kWords[] = "\nsamovar: interrupted\n";
    [[maybe_unused]] const ssize_t said = ::write(STDERR_FILENO, kWords, sizeof kWords - 1);
    ::_exit(samovar::cli::kTooLate);
}

// Unless the caller wants it to be ignored, as nohup does.
void take(int number) {
    if (std::signal(number, end_at_once) == SIG_IGN) std::signal(number, SIG_IGN);
}

}  // namespace

int main(int argc, char** argv) {
    using namespace samovar;
    take(SIGINT);
    take(SIGTERM);
    cli::Console console;
    int code = cli::kFailed;
    try {
        code = cli::run_command_line(argc, argv, console);
    } catch (const std::exception& fault) {
        console.complain({Errc::io, fault.what(), "", 0, 0});
    }
    // A full disk shows here.
    if (std::fflush(stdout) != 0 || std::ferror(stdout)) {
        console.complain(io_error("writing standard output", errno));
        if (code == cli::kDone) code = cli::kFailed;
    }
    return code;
}
