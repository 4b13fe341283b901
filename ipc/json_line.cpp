#include "ipc/json_line.hpp"

#include <cstdint>
#include <ctime>

namespace samovar::ipc {
namespace {

constexpr std::string_view kNoLetter = "\xEF\xBF\xBD";  // U+FFFD
constexpr std::string_view kHexDigits = "0123456789abcdef";

// How many bytes the letter at the front takes; 0 where it is no UTF-8 (RFC 3629, section 4).
std::size_t letter_bytes(std::string_view text) {
    const auto byte = [&](std::size_t i) {
        return i < text.size() ? static_cast<std::uint8_t>(text[i]) : std::uint8_t{0};
    };
    const auto follows = [&](std::size_t i) { return (byte(i) & 0xC0U) == 0x80U; };
    const std::uint8_t first = byte(0);
    if (first < 0x80) return 1;
    if (first >= 0xC2 && first <= 0xDF) return follows(1) ? 2 : 0;
    if (first >= 0xE0 && first <= 0xEF) {
        const bool overlong = first == 0xE0 && byte(1) < 0xA0;
        const bool surrogate = first == 0xED && byte(1) > 0x9F;
        return follows(1) && follows(2) && !overlong && !surrogate ? 3 : 0;
    }
    if (first >= 0xF0 && first <= 0xF4) {
        const bool overlong = first == 0xF0 && byte(1) < 0x90;
        const bool beyond = first == 0xF4 && byte(1) > 0x8F;
        return follows(1) && follows(2) && follows(3) && !overlong && !beyond ? 4 : 0;
    }
    return 0;
}

void add_text(std::string& line, std::string_view text) {
    line += '"';
    while (!text.empty()) {
        const std::size_t bytes = letter_bytes(text);
        const char letter = text.front();
        if (bytes == 0) {
            line += kNoLetter;
        } else if (letter == '"' || letter == '\\') {
            line += {'\\', letter};
        } else if (letter == '\n') {
            line += "\\n";
        } else if (bytes == 1 && (letter < ' ' || letter == '\x7F')) {
            const auto value = static_cast<std::uint8_t>(letter);
            line += "\\u00";
            line += {kHexDigits[value >> 4U], kHexDigits[value & 15U]};
        } else {
            line += text.substr(0, bytes);
        }
        text.remove_prefix(bytes == 0 ? 1 : bytes);
    }
    line += '"';
}

}  // namespace

std::string in_utc(std::chrono::system_clock::time_point time) {
    const std::time_t seconds = std::chrono::system_clock::to_time_t(time);
    const auto ms = std::chrono::duration_cast<std::chrono::milliseconds>(time.time_since_epoch());
    std::tm parts{};
    ::gmtime_r(&seconds, &parts);
    char text[32];
    const std::size_t length = std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%S", &parts);
    std::string fraction = std::to_string(1000 + ms.count() % 1000);
    fraction.front() = '.';
    return std::string(text, length) + fraction + "Z";
}

std::string json_line(const JsonFields& fields) {
    std::string line = "{";
    for (const auto& [name, value] : fields) {
        if (line.size() > 1) line += ',';
        add_text(line, name);
        line += ':';
        add_text(line, value);
    }
    return line + "}";
}

}  // namespace samovar::ipc
