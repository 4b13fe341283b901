#include "daemon/log/repeats.hpp"

#include <algorithm>

namespace samovar::daemon {
namespace {

constexpr std::size_t kMostOfALine = 160;
constexpr const char* kTooManyKinds = "too many";

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

// What the line has in common with those like it.
std::string kind_of(std::string_view line, int level) {
    // What a client calls itself stands before the first colon.
    if (line.starts_with("session ")) line.remove_prefix(std::min(line.find(": "), line.size()));
    std::string kind = std::to_string(level) + ' ';
    for (const char c : line.substr(0, kMostOfALine))
        if (!is_digit(c))
            kind += c;
        else if (kind.back() != '#')
            kind += '#';
    return kind;
}

}  // namespace

bool Repeats::passes(std::string_view line, int level, Time now) {
    std::string key = kind_of(line, level);
    if (!kinds_.contains(key) && kinds_.size() >= kMostKinds) key = kTooManyKinds;
    const auto [entry, is_new] = kinds_.try_emplace(std::move(key));
    Kind& kind = entry->second;
    if (is_new) kind.begun = now;
    if (kind.passed < kAtOnce) {
        ++kind.passed;
        return true;
    }
    if (kind.held.count == 0) kind.held = {std::string(line), level, 0};
    ++kind.held.count;
    return false;
}

std::vector<Repeats::Held> Repeats::over(Time now) {
    std::vector<Held> told;
    for (auto entry = kinds_.begin(); entry != kinds_.end();) {
        Kind& kind = entry->second;
        // A clock that was set back must not keep them for ever.
        if (now >= kind.begun && now - kind.begun < kTerm) {
            ++entry;
            continue;
        }
        if (kind.held.count > 0) told.push_back(std::move(kind.held));
        entry = kinds_.erase(entry);
    }
    return told;
}

std::vector<Repeats::Held> Repeats::all() {
    return over(Time::max());
}

std::string in_words(const Repeats::Held& held) {
    return held.line + " (" + std::to_string(held.count) + " more like it in " +
           std::to_string(Repeats::kTerm.count()) + " s)";
}

}  // namespace samovar::daemon
