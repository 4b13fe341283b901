#include "client/cli/run/options.hpp"

#include <fmt/format.h>

#include <samovar/limits.hpp>

#include "client/cli/exit_code.hpp"
#include "ipc/words.hpp"

namespace samovar::cli {
namespace {

constexpr std::chrono::microseconds kLatestDeadline{kMaxDeadlineUs};

}  // namespace

Result<void> take_pairs(const std::vector<std::string>& words, const char* option,
                        const char* example,
                        std::vector<std::pair<std::string, std::string>>& into) {
    for (const std::string& word : words) {
        const std::size_t equals = word.find('=');
        if (equals == 0 || equals == word.npos)
            return usage_error(fmt::format("{} {} has no NAME=VALUE", option, word),
                               fmt::format("for example {} {}", option, example));
        into.emplace_back(word.substr(0, equals), word.substr(equals + 1));
    }
    return {};
}

Result<void> take_priority(const std::string& word, RunRequest& request) {
    if (word.empty()) return {};
    for (const auto& [name, priority] :
         {std::pair{"normal", Priority::normal}, std::pair{"interactive", Priority::interactive},
          std::pair{"background", Priority::background}}) {
        if (word != name) continue;
        request.priority = priority;
        return {};
    }
    return usage_error(fmt::format("--priority {} is none", word),
                       "write interactive, normal or background");
}

Result<void> take_deadline(const std::string& word, RunRequest& request) {
    if (word.empty()) return {};
    request.deadline = ipc::parse_duration(word);
    if (request.deadline && request.deadline->count() > 0 && *request.deadline <= kLatestDeadline)
        return {};
    return usage_error(fmt::format("--deadline {} is no length of time up to a day", word),
                       "write 500ms, 2s or 1m");
}

}  // namespace samovar::cli
