#include "daemon/worker/text/utf8.hpp"

#include <unicode/utf8.h>

#include <cstdint>

#include "daemon/worker/text/code_points.hpp"

namespace samovar::worker::text {
namespace {

constexpr char32_t kReplacement = 0xFFFD;

// Below 0 where the bytes at `at` are no character; `at` is then behind the maximal part.
std::int32_t next_or_error(std::string_view text, std::size_t& at) {
    const auto* const bytes = reinterpret_cast<const std::uint8_t*>(text.data());
    std::int32_t code_point = bytes[at];
    if (code_point < 0x80) {
        ++at;
        return code_point;
    }
    U8_NEXT(bytes, at, text.size(), code_point);
    return code_point;
}

}  // namespace

std::optional<std::size_t> first_fault(std::string_view text) {
    std::size_t at = 0;
    while (at < text.size()) {
        const std::size_t start = at;
        if (next_or_error(text, at) < 0) return start;
    }
    return std::nullopt;
}

std::string_view well_formed(std::string_view text, std::string& repaired) {
    const std::optional<std::size_t> fault = first_fault(text);
    if (!fault) return text;
    repaired.assign(text.substr(0, *fault));
    for (std::size_t at = *fault; at < text.size();)
        append_utf8(next_code_point(text, at), repaired);
    return repaired;
}

char32_t next_code_point(std::string_view text, std::size_t& at) {
    const std::int32_t code_point = next_or_error(text, at);
    return code_point < 0 ? kReplacement : static_cast<char32_t>(code_point);
}

void append_utf8(char32_t code_point, std::string& text) {
    if (code_point < 0x80) {
        text += static_cast<char>(code_point);
        return;
    }
    const auto part = [code_point](unsigned shift) {
        return static_cast<char>(0x80 | ((code_point >> shift) & 0x3F));
    };
    if (code_point < 0x800) {
        text += static_cast<char>(0xC0 | (code_point >> 6));
    } else if (code_point < 0x10000) {
        text += static_cast<char>(0xE0 | (code_point >> 12));
        text += part(6);
    } else {
        text += static_cast<char>(0xF0 | (code_point >> 18));
        text += part(12);
        text += part(6);
    }
    text += part(0);
}

std::size_t count_words(std::string_view text) {
    std::size_t words = 0;
    bool inside = false;
    for (std::size_t at = 0; at < text.size();) {
        const bool space = is_white_space(next_code_point(text, at));
        if (!space && !inside) ++words;
        inside = !space;
    }
    return words;
}

}  // namespace samovar::worker::text
