#pragma once
#include <string>
#include <string_view>

namespace samovar::daemon {

// toml++ 3.3 is free to do anything where a letter beyond ASCII stands outside strings and comments
// (it takes "unreachable" for granted), instead of saying that it does not belong there. So it only
// ever sees ASCII: other letters go in as the hexadecimal digits of their bytes, "%C3%A9", "%"
// itself as "%25", and come back out of every string and key.
std::string to_plain_letters(std::string_view text);
// The reverse, for what to_plain_letters() made.
std::string from_plain_letters(std::string_view plain);

// Whether `text` is UTF-8 throughout: no stray or missing bytes, no overlong forms, no surrogates,
// nothing above U+10FFFF (RFC 3629).
bool is_utf8(std::string_view text) noexcept;

}  // namespace samovar::daemon
