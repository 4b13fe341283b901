#include "daemon/worker/text/code_points.hpp"

#include <unicode/uchar.h>

#include <algorithm>
#include <array>
#include <span>

namespace samovar::worker::text {
namespace {

struct CodePoints {
    char32_t first;
    char32_t last;
};

// Two letters, the second of which is the lower-case form of the first.
struct Letters {
    char32_t upper;
    char32_t lower;
};

#include "daemon/worker/text/code_points.inc"

bool holds(std::span<const CodePoints> sorted, char32_t c) noexcept {
    const auto next = std::upper_bound(sorted.begin(), sorted.end(), c,
                                       [](char32_t a, const CodePoints& b) { return a < b.first; });
    return next != sorted.begin() && c <= std::prev(next)->last;
}

}  // namespace

bool is_white_space(char32_t c) noexcept {
    if (c < 0x80) return c == ' ' || (c >= '\t' && c <= '\r');
    return c == 0x85 || c == 0xA0 || c == 0x1680 || (c >= 0x2000 && c <= 0x200A) || c == 0x2028 ||
           c == 0x2029 || c == 0x202F || c == 0x205F || c == 0x3000;
}

bool is_dropped(char32_t c) noexcept {
    if (c >= ' ' && c < 0x7F) return false;
    return holds(kDropped, c);
}

bool is_nonspacing_mark(char32_t c) noexcept {
    return c >= 0x300 && holds(kNonspacingMarks, c);
}

bool is_punctuation(char32_t c) noexcept {
    if (c < 0x80)
        return c > ' ' && c < 0x7F && !(c >= '0' && c <= '9') && !(c >= 'A' && c <= 'Z') &&
               !(c >= 'a' && c <= 'z');
    return holds(kPunctuation, c);
}

bool is_chinese(char32_t c) noexcept {
    // As the reference has them: one block begins at U+2B920 there, not at U+2B820.
    static constexpr std::array<CodePoints, 8> kBlocks{{{0x3400, 0x4DBF},
                                                        {0x4E00, 0x9FFF},
                                                        {0xF900, 0xFAFF},
                                                        {0x20000, 0x2A6DF},
                                                        {0x2A700, 0x2B73F},
                                                        {0x2B740, 0x2B81F},
                                                        {0x2B920, 0x2CEAF},
                                                        {0x2F800, 0x2FA1F}}};
    return c >= 0x3400 && holds(kBlocks, c);
}

bool is_attached(char32_t c) noexcept {
    return c >= 0x300 && holds(kAttached, c);
}

bool is_spacing(char32_t c) noexcept {
    return c >= 0x300 && holds(kSpacing, c);
}

char32_t lower(char32_t c) noexcept {
    if (c < 0x80) return c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c;
    const auto known = std::lower_bound(std::begin(kNewLetters), std::end(kNewLetters), c,
                                        [](const Letters& a, char32_t b) { return a.upper < b; });
    if (known != std::end(kNewLetters) && known->upper == c) return known->lower;
    return static_cast<char32_t>(u_tolower(static_cast<UChar32>(c)));
}

}  // namespace samovar::worker::text
