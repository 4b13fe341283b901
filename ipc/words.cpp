#include "ipc/words.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdio>
#include <vector>

namespace samovar::ipc {
namespace {

// Letters to change, insert or leave out between two words (Levenshtein).
std::size_t distance(std::string_view a, std::string_view b) {
    std::vector<std::size_t> row(b.size() + 1);
    for (std::size_t j = 0; j <= b.size(); ++j)
        row[j] = j;
    for (std::size_t i = 1; i <= a.size(); ++i) {
        std::size_t corner = row[0]++;
        for (std::size_t j = 1; j <= b.size(); ++j) {
            const std::size_t changed = corner + (a[i - 1] == b[j - 1] ? 0 : 1);
            corner = row[j];
            row[j] = std::min({changed, row[j] + 1, row[j - 1] + 1});
        }
    }
    return row[b.size()];
}

// From the longest to the shortest, as they follow each other in "1h30m".
struct TimeUnit {
    std::string_view letters;
    std::int64_t ms;
};
constexpr std::array kTimeUnits{
    TimeUnit{"w", std::int64_t{7} * 86'400'000},
    TimeUnit{"d", 86'400'000},
    TimeUnit{"h", 3'600'000},
    TimeUnit{"m", 60'000},
    TimeUnit{"s", 1000},
    TimeUnit{"ms", 1},
};

}  // namespace

std::string count_of(std::uint64_t count, std::string_view noun) {
    return std::to_string(count) + " " + std::string(noun) + (count == 1 ? "" : "s");
}

std::string_view nearest_word(std::string_view misspelt, std::span<const std::string_view> words) {
    std::string_view nearest;
    std::size_t least = std::min<std::size_t>(2, misspelt.size() / 2) + 1;
    for (const std::string_view word : words) {
        const std::size_t letters = distance(misspelt, word);
        if (letters >= least) continue;
        least = letters;
        nearest = word;
    }
    return nearest;
}

std::optional<std::chrono::milliseconds> parse_duration(std::string_view word) {
    std::int64_t sum = 0;
    const TimeUnit* unit = kTimeUnits.begin();
    do {
        std::int64_t count = 0, ms = 0;
        const auto [end, fault] = std::from_chars(word.data(), word.data() + word.size(), count);
        if (fault != std::errc() || count < 0) return std::nullopt;
        word.remove_prefix(static_cast<std::size_t>(end - word.data()));
        const std::size_t letters = std::min(word.find_first_of("0123456789-+"), word.size());
        unit = std::find_if(unit, kTimeUnits.end(), [&](const TimeUnit& each) {
            return each.letters == word.substr(0, letters);
        });
        if (unit == kTimeUnits.end()) return std::nullopt;
        word.remove_prefix(letters);
        if (__builtin_mul_overflow(count, unit->ms, &ms) || __builtin_add_overflow(sum, ms, &sum))
            sum = std::chrono::milliseconds::max().count();
        ++unit;
    } while (!word.empty());
    return std::chrono::milliseconds(sum);
}

std::string duration_in_words(std::chrono::milliseconds duration) {
    std::int64_t left = duration.count();
    std::string words;
    for (const TimeUnit& unit : kTimeUnits) {
        if (unit.letters == "w" || left < unit.ms) continue;
        words += std::to_string(left / unit.ms) + std::string(unit.letters);
        left %= unit.ms;
    }
    return words.empty() ? "0ms" : words;
}

std::optional<std::uint64_t> parse_bytes(std::string_view word) {
    double count = 0;
    const auto [end, fault] =
        std::from_chars(word.data(), word.data() + word.size(), count, std::chars_format::fixed);
    const std::string_view unit = word.substr(static_cast<std::size_t>(end - word.data()));
    if (fault != std::errc() || !(count >= 0)) return std::nullopt;
    constexpr std::string_view kUnits[] = {"B", "kB", "MB", "GB", "TB"};
    constexpr std::string_view kBinary[] = {"B", "KiB", "MiB", "GiB", "TiB"};
    double scale = unit.empty() ? 1 : 0, decimal = 1, binary = 1;
    for (std::size_t i = 0; i < std::size(kUnits); ++i, decimal *= 1000, binary *= 1024) {
        if (unit == kUnits[i]) scale = decimal;
        if (unit == kBinary[i]) scale = binary;
    }
    const double bytes = count * scale;
    if (scale == 0 || bytes >= 9.2e18) return std::nullopt;
    return static_cast<std::uint64_t>(bytes);
}

std::string bytes_in_words(std::uint64_t bytes) {
    if (bytes < 1000) return std::to_string(bytes) + " B";
    double amount = static_cast<double>(bytes);
    const char* unit = "";
    for (const char* next : {"kB", "MB", "GB", "TB", "PB", "EB"}) {
        if (!*unit || amount >= 999.95) {
            amount /= 1000;
            unit = next;
        }
    }
    std::array<char, 32> text{};
    std::snprintf(text.data(), text.size(), "%.1f %s", amount, unit);
    return text.data();
}

}  // namespace samovar::ipc
