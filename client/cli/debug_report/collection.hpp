#pragma once
#include <vector>

#include "client/cli/command.hpp"
#include "client/cli/debug_report/archive.hpp"

namespace samovar::cli {

// What a report holds: what this program's own commands tell, the configuration and the log without
// what is nobody else's, and the machine. No pixels, and no words of callers.
std::vector<ArchiveFile> collect_report(const Invocation& invocation);

}  // namespace samovar::cli
