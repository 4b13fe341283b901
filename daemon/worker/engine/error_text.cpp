#include "daemon/worker/engine/error_text.hpp"

#include <array>

namespace samovar::worker {
namespace {

std::string_view trim(std::string_view line) {
    const auto first = line.find_first_not_of(" \t\r");
    if (first == std::string_view::npos) return {};
    return line.substr(first, line.find_last_not_of(" \t\r") - first + 1);
}

// The lines of the traceback that TorchScript puts before (interpreter errors) or around the
// message: "File "x.py", line 5, in forward", source lines with "~~~ <--- HERE", and its headings.
bool is_framing(std::string_view line) {
    static constexpr std::array<std::string_view, 6> kBeginnings{
        "The following operation failed", "Traceback of TorchScript", "File \"", "frame #",
        "Exception raised from",          "The above exception"};
    for (const std::string_view beginning : kBeginnings)
        if (line.starts_with(beginning)) return true;
    return line.find("<--- HERE") != std::string_view::npos;
}

// A traceback ends with the message, on the first line after it that is not indented.
std::string_view after_traceback(std::string_view text) {
    const auto heading = text.rfind("Traceback of TorchScript");
    if (heading == std::string_view::npos) return text;
    std::string_view rest = text.substr(heading);
    for (auto end = rest.find('\n'); end != std::string_view::npos; end = rest.find('\n')) {
        rest.remove_prefix(end + 1);
        if (!rest.empty() && rest.front() != ' ' && rest.front() != '\n' && !is_framing(rest))
            return rest;
    }
    return text;
}

// "[E1121 08:11:16.1 shim_common.cpp:3] Exception in aoti_torch: message" -> "message".
std::string_view without_prefixes(std::string_view line) {
    if (line.size() > 2 && line.front() == '[' && line[1] >= 'A' && line[1] <= 'Z') {
        const auto end = line.find("] ");
        if (end != std::string_view::npos) line.remove_prefix(end + 2);
    }
    static constexpr std::array<std::string_view, 4> kPrefixes{
        "Exception in aoti_torch: ", "Error: ", "RuntimeError: ", "builtins."};
    for (const std::string_view prefix : kPrefixes)
        if (line.starts_with(prefix)) line.remove_prefix(prefix.size());
    return line;
}

}  // namespace

std::string first_useful_line(std::string_view text) {
    text = after_traceback(text);
    while (!text.empty()) {
        const auto end = text.find('\n');
        const std::string_view line = trim(text.substr(0, end));
        if (!line.empty() && !is_framing(line)) return std::string(without_prefixes(line));
        if (end == std::string_view::npos) break;
        text.remove_prefix(end + 1);
    }
    return {};
}

bool tells_of_memory(std::string_view text) noexcept {
    static constexpr std::array<std::string_view, 5> kSigns{
        "out of memory", "can't allocate memory", "Cannot allocate memory",  // ENOMEM's
        "bad_alloc", "CUBLAS_STATUS_ALLOC_FAILED"};
    for (const std::string_view sign : kSigns)
        if (text.find(sign) != std::string_view::npos) return true;
    return false;
}

}  // namespace samovar::worker
