#pragma once
// What messages to people have in common.

#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace samovar::ipc {

// "1 job", "3 jobs".
std::string count_of(std::uint64_t count, std::string_view noun);

// The one of `words` that a misspelt word most likely stands for: at most two letters are changed,
// missing or too many, and half of the word is right. Empty where none is that near.
std::string_view nearest_word(std::string_view misspelt, std::span<const std::string_view> words);

// "250ms", "30s", "5m", "1h", "2d", "1w", and sums with the longer unit first, "1h30m". None for
// other words and for what is below 0; the longest there is for what is longer.
std::optional<std::chrono::milliseconds> parse_duration(std::string_view word);
// As parse_duration() reads it: "30d", "1h30m", "10ms".
std::string duration_in_words(std::chrono::milliseconds duration);

// "64KiB", "1.5GiB", "2GB", "512": powers of 1024 and of 1000, and plain bytes. None for other
// words, for what is below 0 and for what is beyond 2^63.
std::optional<std::uint64_t> parse_bytes(std::string_view word);
// "17 B", "1.5 kB", "268.6 MB": powers of 1000.
std::string bytes_in_words(std::uint64_t bytes);

}  // namespace samovar::ipc
