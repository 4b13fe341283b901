#pragma once
// JSON as a log has it: one flat object of texts a line.

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace samovar::ipc {

using JsonFields = std::vector<std::pair<std::string_view, std::string>>;

// {"NAME":"VALUE",...} without a line break. What is no UTF-8 becomes U+FFFD, byte by byte, and
// what is no printable letter is escaped, so that a line stays a line whatever it tells of.
std::string json_line(const JsonFields& fields);

}  // namespace samovar::ipc
