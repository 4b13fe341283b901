#include "client/cli/debug_report/redact.hpp"

#include <algorithm>
#include <array>
#include <cctype>

namespace samovar::cli {
namespace {

constexpr std::string_view kLeftOut = "\"(left out)\"";

template <class Visit>
void each_line(std::string_view text, Visit visit) {
    while (!text.empty()) {
        const std::size_t end = std::min(text.find('\n'), text.size());
        visit(text.substr(0, end));
        text.remove_prefix(std::min(end + 1, text.size()));
    }
}

std::string in_small_letters(std::string_view text) {
    std::string small(text);
    std::ranges::transform(small, small.begin(),
                           [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    return small;
}

bool sounds_secret(std::string_view key) {
    static constexpr std::array kWords{"secret", "token",   "passw",   "passphrase",  "credential",
                                       "apikey", "api_key", "api-key", "private_key", "auth"};
    const std::string small = in_small_letters(key);
    return std::ranges::any_of(kWords,
                               [&](const char* word) { return small.find(word) != small.npos; });
}

// Up to a # that stands in no quotes.
std::string_view without_comment(std::string_view line) {
    char quote = 0;
    for (std::size_t i = 0; i < line.size(); ++i) {
        const char c = line[i];
        if (quote == '"' && c == '\\')
            ++i;
        else if (quote != 0)
            quote = c == quote ? '\0' : quote;
        else if (c == '"' || c == '\'')
            quote = c;
        else if (c == '#')
            return line.substr(0, i);
    }
    return line;
}

// "https://name:word@host" without the two.
std::string without_logins(std::string_view value) {
    std::string text(value);
    for (std::size_t at = 0; (at = text.find("://", at)) != text.npos; at += 3) {
        const std::size_t begin = at + 3;
        const std::size_t end = text.find_first_of("/\"' ", begin);
        const std::size_t sign = text.rfind('@', std::min(end, text.size() - 1));
        if (sign != text.npos && sign >= begin) text.erase(begin, sign + 1 - begin);
    }
    return text;
}

// How a value that goes on in the next line ends; empty where it does not.
std::string_view end_of_long_value(std::string_view value) {
    for (const std::string_view quotes : {"\"\"\"", "'''"})
        if (const std::size_t at = value.find(quotes); at != value.npos)
            return value.find(quotes, at + 3) == value.npos ? quotes : "";
    const auto opened = std::ranges::count(value, '['), closed = std::ranges::count(value, ']');
    return opened > closed ? "]" : "";
}

std::string_view trimmed(std::string_view text) {
    const auto blank = [](char c) { return c == ' ' || c == '\t' || c == '\r'; };
    while (!text.empty() && blank(text.front()))
        text.remove_prefix(1);
    while (!text.empty() && blank(text.back()))
        text.remove_suffix(1);
    return text;
}

}  // namespace

std::string redacted_configuration(std::string_view toml) {
    std::string shown;
    std::string_view until;     // what ends a value that goes on
    bool secret_table = false;  // [credentials]
    each_line(toml, [&](std::string_view whole) {
        if (!until.empty()) {
            if (whole.find(until) != whole.npos) until = {};
            return;
        }
        const std::string_view line = trimmed(without_comment(whole));
        if (line.empty()) return;
        const std::size_t equals = line.find('=');
        if (line.starts_with('[')) {
            secret_table = sounds_secret(line);
            shown += std::string(line) + "\n";
            return;
        }
        if (equals == line.npos) return;
        const std::string_view key = trimmed(line.substr(0, equals)),
                               value = trimmed(line.substr(equals + 1));
        until = end_of_long_value(value);
        // A table in one line may hold anything.
        const bool hides = secret_table || sounds_secret(key) || !until.empty() ||
                           value.starts_with('{') || value.starts_with("\"\"\"") ||
                           value.starts_with("'''");
        shown += std::string(key) + " = " +
                 (hides ? std::string(kLeftOut) : without_logins(value)) + "\n";
    });
    return shown;
}

std::string redacted_log(std::string_view log) {
    std::string shown;
    bool of_worker = false;
    each_line(log, [&](std::string_view line) {
        const std::size_t worker = line.find("[worker ");
        // What follows without a time of its own belongs to the line before.
        const bool begins = !line.empty() && line.front() >= '0' && line.front() <= '9';
        if (worker == line.npos) {
            if (of_worker && !begins) return;
            of_worker = false;
            shown += std::string(line) + "\n";
            return;
        }
        of_worker = true;
        const std::size_t name_end = std::min(line.find(']', worker), line.size());
        const std::size_t words = line.find(": ", name_end);
        shown +=
            std::string(line.substr(0, words)) + (words == line.npos ? "" : ": (left out)") + "\n";
    });
    return shown;
}

}  // namespace samovar::cli
