#include "daemon/models/toml_letters.hpp"

#include <cstdint>

namespace samovar::daemon {
namespace {

constexpr std::string_view kDigits = "0123456789ABCDEF";

// Bytes of the UTF-8 sequence that begins with `first`, and the smallest letter that may take so
// many; 0 bytes where none begins so.
struct Sequence {
    std::size_t bytes;
    std::uint32_t smallest, bits;
};
Sequence sequence_of(unsigned char first) {
    if (first < 0x80) return {1, 0, first};
    if (first >= 0xc2 && first < 0xe0) return {2, 0x80, first & 0x1fu};
    if (first >= 0xe0 && first < 0xf0) return {3, 0x800, first & 0x0fu};
    if (first >= 0xf0 && first < 0xf5) return {4, 0x10000, first & 0x07u};
    return {0, 0, 0};
}

}  // namespace

std::string to_plain_letters(std::string_view text) {
    std::string plain;
    plain.reserve(text.size());
    for (const char letter : text) {
        const auto byte = static_cast<unsigned char>(letter);
        if (byte < 0x80 && letter != '%') {
            plain += letter;
            continue;
        }
        plain += '%';
        plain += kDigits[byte >> 4];
        plain += kDigits[byte & 15];
    }
    return plain;
}

std::string from_plain_letters(std::string_view plain) {
    std::string text;
    text.reserve(plain.size());
    for (std::size_t at = 0; at < plain.size(); ++at) {
        const bool quoted = plain[at] == '%' && at + 2 < plain.size();
        const std::size_t high = quoted ? kDigits.find(plain[at + 1]) : std::string_view::npos;
        const std::size_t low = quoted ? kDigits.find(plain[at + 2]) : std::string_view::npos;
        if (high == std::string_view::npos || low == std::string_view::npos) {
            text += plain[at];
            continue;
        }
        text += static_cast<char>(high << 4 | low);
        at += 2;
    }
    return text;
}

bool is_utf8(std::string_view text) noexcept {
    while (!text.empty()) {
        const Sequence sequence = sequence_of(static_cast<unsigned char>(text.front()));
        if (sequence.bytes == 0 || sequence.bytes > text.size()) return false;
        std::uint32_t letter = sequence.bits;
        for (const char next : text.substr(1, sequence.bytes - 1)) {
            const auto byte = static_cast<unsigned char>(next);
            if ((byte & 0xc0) != 0x80) return false;
            letter = letter << 6 | (byte & 0x3fu);
        }
        const bool surrogate = letter >= 0xd800 && letter <= 0xdfff;
        if (letter < sequence.smallest || letter > 0x10ffff || surrogate) return false;
        text.remove_prefix(sequence.bytes);
    }
    return true;
}

}  // namespace samovar::daemon
