#pragma once
// What the command line takes, as data: for completions, and for pages of the manual.

#include <string>
#include <vector>

namespace samovar::cli {

struct OptionShape {
    std::vector<std::string> names;  // "-a", "--all"; of a word its one name, "MODEL"
    std::string value;               // "TIME"; empty for a flag
    std::string help;
    bool is_word = false;  // it has a place, and no name
};

struct CommandShape {
    std::string name, summary, detail, example, json;
    std::vector<OptionShape> options;
};

// Each command, in the order of the help, with what all of them take.
std::vector<CommandShape> command_shapes();

}  // namespace samovar::cli
