#pragma once
// JSON as a log has it: one flat object of texts a line.

#include <chrono>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace samovar::ipc {

using JsonFields = std::vector<std::pair<std::string_view, std::string>>;

// "2026-11-22T15:04:05.678Z".
std::string in_utc(std::chrono::system_clock::time_point time);

// {"NAME":"VALUE",...} without a line break. What is no UTF-8 becomes U+FFFD, byte by byte, and
// what is no printable letter is escaped, so that a line stays a line whatever it tells of.
std::string json_line(const JsonFields& fields);

}  // namespace samovar::ipc
