#pragma once
#include <string>

#include "client/cli/command.hpp"

namespace CLI {
class App;
}

namespace samovar::cli {

// Reads the command line and runs its command; the exit code. `console` is told of --json.
int run_command_line(int argc, const char* const* argv, Console& console);

// What every command takes, before or after its name. The variables are set when the command line
// is read.
void declare_common(CLI::App& app, std::string& socket, bool& json);

}  // namespace samovar::cli
