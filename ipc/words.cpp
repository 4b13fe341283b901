#include "ipc/words.hpp"

#include <algorithm>
#include <charconv>
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
    std::int64_t count = 0;
    const auto [end, fault] = std::from_chars(word.data(), word.data() + word.size(), count);
    const std::string_view unit = word.substr(static_cast<std::size_t>(end - word.data()));
    const std::int64_t scale = unit == "ms"  ? 1
                               : unit == "s" ? 1000
                               : unit == "m" ? 60'000
                               : unit == "h" ? 3'600'000
                               : unit == "d" ? 86'400'000
                                             : 0;
    std::int64_t ms = 0;
    if (fault != std::errc() || scale == 0 || count < 0) return std::nullopt;
    if (__builtin_mul_overflow(count, scale, &ms)) return std::chrono::milliseconds::max();
    return std::chrono::milliseconds(ms);
}

std::optional<std::uint64_t> parse_bytes(std::string_view word) {
    std::int64_t count = 0;
    const auto [end, fault] = std::from_chars(word.data(), word.data() + word.size(), count);
    const std::string_view unit = word.substr(static_cast<std::size_t>(end - word.data()));
    const int shift = unit.empty()    ? 0
                      : unit == "KiB" ? 10
                      : unit == "MiB" ? 20
                      : unit == "GiB" ? 30
                      : unit == "TiB" ? 40
                                      : -1;
    if (fault != std::errc() || shift < 0 || count < 0) return std::nullopt;
    std::int64_t bytes = 0;
    if (__builtin_mul_overflow(count, std::int64_t{1} << shift, &bytes)) return std::nullopt;
    return static_cast<std::uint64_t>(bytes);
}

}  // namespace samovar::ipc
