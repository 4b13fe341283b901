#pragma once
#include <samovar/models.hpp>

#include "client/cli/console.hpp"

namespace samovar::cli {

// What was loaded, then a table of its phases with the time and the bytes of each.
std::string load_in_words(const LoadReport& report, const Stream& stream);

}  // namespace samovar::cli
