#include "tests/support/golden.hpp"

#include <fstream>
#include <iterator>
#include <stdexcept>

namespace samovar::tests {
namespace {

constexpr std::string_view kDigits = "0123456789abcdef";

unsigned digit(char c) {
    const std::size_t value = kDigits.find(c);
    if (value == std::string_view::npos) throw std::runtime_error("not a hexadecimal digit");
    return static_cast<unsigned>(value);
}

}  // namespace

std::string to_hex(std::span<const std::byte> bytes) {
    std::string text;
    for (std::size_t i = 0; i < bytes.size(); ++i) {
        const auto value = std::to_integer<unsigned>(bytes[i]);
        text += kDigits[value >> 4];
        text += kDigits[value & 15];
        text += (i + 1 == bytes.size() || i % 16 == 15) ? '\n' : ' ';
    }
    return text;
}

ipc::Bytes from_hex(std::string_view text) {
    ipc::Bytes bytes;
    int high = -1;
    for (const char c : text) {
        if (c == ' ' || c == '\n') continue;
        const unsigned value = digit(c);
        if (high >= 0)
            bytes.push_back(static_cast<std::byte>(static_cast<unsigned>(high) << 4 | value));
        high = high >= 0 ? -1 : static_cast<int>(value);
    }
    if (high >= 0) throw std::runtime_error("half a byte at the end");
    return bytes;
}

ipc::Bytes golden_frame(std::string_view name) {
    const std::string path =
        std::string(SAMOVAR_TEST_DATA "/golden/v1/") + std::string(name) + ".hex";
    std::ifstream file(path);
    if (!file) throw std::runtime_error("no golden bytes at " + path);
    return from_hex(std::string(std::istreambuf_iterator<char>(file), {}));
}

}  // namespace samovar::tests
