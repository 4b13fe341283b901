#pragma once
#include <chrono>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <samovar/job.hpp>

namespace samovar::cli {

// The command line of `samovar run`, as it was given.
struct RunRequest {
    std::string model;
    std::vector<std::string> files;       // a job each
    std::vector<std::string> texts;       // --text: one job of all
    std::vector<std::string> text_files;  // --file, until the model is known
    std::string out;                      // -o; empty where it is not given
    std::vector<std::pair<std::string, std::string>> params;
    std::vector<std::pair<std::string, std::string>> inputs;  // --input NAME=FILE or NAME=NUMBERS
    std::chrono::milliseconds timeout{};                      // of a job
    std::optional<std::chrono::milliseconds> keep_alive;      // --keep-alive
    Priority priority{};                                      // --priority
    std::optional<std::chrono::milliseconds> deadline;        // --deadline
    bool no_cache = false;                                    // --no-cache
    bool no_spawn = false;                                    // --no-spawn

    // Without a file there is one job, whose inputs are all given by name.
    std::size_t jobs() const noexcept { return files.empty() ? 1 : files.size(); }
};

}  // namespace samovar::cli
