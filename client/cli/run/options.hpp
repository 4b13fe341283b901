#pragma once
// What the options of a job mean, as words of the command line. Errors: `invalid_argument`.

#include <string>
#include <utility>
#include <vector>

#include <samovar/error.hpp>

#include "client/cli/run/request.hpp"

namespace samovar::cli {

// NAME=VALUE, split at the first '='. `option` and `example` are for the error.
Result<void> take_pairs(const std::vector<std::string>& words, const char* option,
                        const char* example,
                        std::vector<std::pair<std::string, std::string>>& into);

// --priority; an empty word leaves it as it is, here and below.
Result<void> take_priority(const std::string& word, RunRequest& request);
// --deadline: a length of time above 0, up to a day.
Result<void> take_deadline(const std::string& word, RunRequest& request);

}  // namespace samovar::cli
