#pragma once
// Text as code points. Only what is well formed reaches the tokenizers.

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace samovar::worker::text {

// `text` itself where it is well-formed UTF-8. Elsewhere a copy in `repaired`, in which each
// maximal part of a sequence that is none stands as U+FFFD, as with Python's
// decode(errors="replace").
std::string_view well_formed(std::string_view text, std::string& repaired);

// Where the first byte is that belongs to no character; nothing where all is well-formed UTF-8.
std::optional<std::size_t> first_fault(std::string_view text);

// The code point at `at`, which moves on behind it; U+FFFD where there is none.
char32_t next_code_point(std::string_view text, std::size_t& at);

void append_utf8(char32_t code_point, std::string& text);

// How many words a text has: runs of what is not white space (Unicode's White_Space).
std::size_t count_words(std::string_view text);

}  // namespace samovar::worker::text
