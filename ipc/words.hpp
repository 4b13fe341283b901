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

// "250ms", "30s", "5m", "1h", "2d". None for other words and for what is below 0; the longest
// there is for what is longer.
std::optional<std::chrono::milliseconds> parse_duration(std::string_view word);

// "4096", "512KiB", "512MiB", "2GiB", "1TiB". None for other words, and beyond 2^63 bytes.
std::optional<std::uint64_t> parse_bytes(std::string_view word);

}  // namespace samovar::ipc
