#pragma once
#include "client/cli/command.hpp"
#include "client/cli/doctor/finding.hpp"

namespace samovar::cli {

// All that `samovar doctor` looks at, in the order in which one thing needs the other.
Findings examine(const Invocation& invocation);

}  // namespace samovar::cli
