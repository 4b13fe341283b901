#pragma once
#include <string>

#include "client/cli/completion/shapes.hpp"

namespace samovar::cli {

// samovar-COMMAND(1), in scdoc's form (scdoc(5)), from what the command says of itself.
std::string manual_page(const CommandShape& command);
// samovar(1): what all commands have in common, and which there are.
std::string manual_overview(const std::vector<CommandShape>& commands);

// A text as scdoc prints it: nothing in it means anything.
std::string plain_in_scdoc(std::string_view text);

}  // namespace samovar::cli
