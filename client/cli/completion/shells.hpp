#pragma once
#include <string>
#include <vector>

#include "client/cli/completion/shapes.hpp"

namespace samovar::cli {

// What makes a shell complete `samovar`, to be read by it.
std::string bash_completion(const std::vector<CommandShape>& commands);
std::string zsh_completion(const std::vector<CommandShape>& commands);
std::string fish_completion(const std::vector<CommandShape>& commands);

}  // namespace samovar::cli
