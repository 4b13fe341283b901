#include "client/cli/bench/levels.hpp"

#include <fmt/format.h>

#include <cmath>
#include <optional>

#include "client/cli/exit_code.hpp"
#include "client/cli/number_in.hpp"

namespace samovar::cli {
namespace {

constexpr double kHighestLevel = 1e6;
constexpr std::size_t kMostLevels = 64;
constexpr double kNearlyThere = 1 + 1e-9;  // sums of steps are not exact

std::optional<double> number_of(std::string_view word) {
    const auto value = number_in<double>(word);
    return value && *value > 0 && *value <= kHighestLevel ? value : std::nullopt;
}

std::vector<std::string_view> parts_of(std::string_view word, std::string_view between) {
    std::vector<std::string_view> parts;
    for (std::size_t at; (at = word.find(between)) != word.npos;) {
        parts.push_back(word.substr(0, at));
        word.remove_prefix(at + between.size());
    }
    parts.push_back(word);
    return parts;
}

std::optional<std::vector<double>> numbers_of(const std::vector<std::string_view>& words) {
    std::vector<double> numbers;
    for (const std::string_view word : words) {
        const auto number = number_of(word);
        if (!number) return std::nullopt;
        numbers.push_back(*number);
    }
    return numbers;
}

// "LOW..HIGH" and "LOW..HIGH:STEP".
std::optional<Levels> range_of(std::string_view word) {
    const auto stepped = parts_of(word, ":");
    const auto ends = numbers_of(parts_of(stepped.front(), ".."));
    if (stepped.size() > 2 || !ends || ends->size() != 2 || ends->at(1) < ends->at(0))
        return std::nullopt;
    const auto step = stepped.size() == 2 ? number_of(stepped[1]) : std::optional(0.0);
    if (!step) return std::nullopt;
    Levels levels;
    levels.refined = stepped.size() == 1;
    const double high = ends->at(1);
    for (double at = ends->at(0); at <= high * kNearlyThere && levels.values.size() <= kMostLevels;
         at = levels.refined ? at * 2 : at + *step)
        levels.values.push_back(at);
    if (levels.refined && levels.values.back() < high) levels.values.push_back(high);
    return levels;
}

}  // namespace

Result<Levels> parse_levels(std::string_view word, std::string_view option, bool whole) {
    std::optional<Levels> levels;
    if (word.find("..") != word.npos) {
        levels = range_of(word);
    } else if (const auto numbers = numbers_of(parts_of(word, ","))) {
        levels = Levels{*numbers, false};
    }
    const std::string given = fmt::format("{} {}", option, word);
    if (!levels)
        return usage_error(given + " is no range of numbers above 0, up to a million",
                           "write 8, or 1,4,16, or 1..32 to double, or 100..500:100 for steps");
    if (levels->values.size() > kMostLevels)
        return usage_error(fmt::format("{} are more than {} levels", given, kMostLevels),
                           "take larger steps");
    double before = 0;
    for (const double value : levels->values) {
        if (whole && value != std::floor(value))
            return usage_error(given + " has a fraction", "give whole numbers");
        if (value <= before)
            return usage_error(given + " does not rise", "give each level once, the least first");
        before = value;
    }
    return *std::move(levels);
}

}  // namespace samovar::cli
