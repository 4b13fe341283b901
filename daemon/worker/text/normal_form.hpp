#pragma once
// Unicode's canonical normal forms as of Unicode 9, as in the reference: characters that came later
// stay as they are and reorder nothing. Any thread may call these. Out of memory: std::bad_alloc;
// ICU without its data: std::runtime_error.

#include <string>
#include <string_view>

namespace samovar::worker::text {

// NFD.
std::u32string decomposed(std::u32string_view text);

// NFC, of well-formed UTF-8.
std::string composed(std::string_view text);

}  // namespace samovar::worker::text
