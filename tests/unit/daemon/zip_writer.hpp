#pragma once
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

namespace samovar::tests {

// Writes a zip file with these entries (name, content), whatever their names are.
void write_zip(const std::filesystem::path& file,
               const std::vector<std::pair<std::string, std::string>>& entries);

}  // namespace samovar::tests
