// Writes the pages of the manual about the commands, as scdoc reads them, when Samovar is built.

#include <cstdio>
#include <filesystem>
#include <fstream>

#include "client/cli/manual/page.hpp"

int main(int argc, char** argv) {
    using namespace samovar::cli;
    if (argc != 2) {
        std::fprintf(stderr, "usage: samovar_manual FOLDER\n");
        return 2;
    }
    const std::filesystem::path folder = argv[1];
    const std::vector<CommandShape> commands = command_shapes();
    std::ofstream(folder / "samovar.1.scd") << manual_overview(commands);
    for (const CommandShape& command : commands) {
        std::ofstream page(folder / ("samovar-" + command.name + ".1.scd"));
        page << manual_page(command);
        if (!page.flush()) {
            std::fprintf(stderr, "samovar_manual: %s cannot be written\n", folder.c_str());
            return 1;
        }
    }
    return 0;
}
