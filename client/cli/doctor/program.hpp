#pragma once
#include <chrono>
#include <string>
#include <vector>

#include <samovar/error.hpp>

namespace samovar::cli {

// A program that was run to its end, and what it said on either stream.
struct Outcome {
    int status = 0;  // as a shell has it: 128 and a signal's number, where one ended it
    std::string out, err;
};

// Runs `words`, found as a shell finds them, without input. `environment`: NAME=VALUE, beside what
// there is. What it says beyond a few megabytes is dropped. Errors: `io` (it cannot be run),
// `timed_out` (it was killed).
Result<Outcome> run_program(const std::vector<std::string>& words,
                            const std::vector<std::string>& environment,
                            std::chrono::milliseconds within);

}  // namespace samovar::cli
