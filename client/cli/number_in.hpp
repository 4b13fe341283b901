#pragma once
#include <charconv>
#include <optional>
#include <string_view>
#include <system_error>

namespace samovar::cli {

// The number that the whole word is.
template <class Number>
std::optional<Number> number_in(std::string_view word) {
    Number value{};
    const char* end = word.data() + word.size();
    const auto [stop, fault] = std::from_chars(word.data(), end, value);
    if (fault != std::errc() || stop != end) return std::nullopt;
    return value;
}

}  // namespace samovar::cli
