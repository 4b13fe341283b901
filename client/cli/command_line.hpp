#pragma once
#include "client/cli/command.hpp"

namespace samovar::cli {

// Reads the command line and runs its command; the exit code. `console` is told of --json.
int run_command_line(int argc, const char* const* argv, Console& console);

}  // namespace samovar::cli
