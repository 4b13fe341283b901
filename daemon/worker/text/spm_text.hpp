#pragma once
// What is done to a text before SentencePiece's pieces are looked for.

#include <string>
#include <string_view>

#include "daemon/worker/text/charsmap.hpp"

namespace samovar::worker::text {

// What stands for a space in pieces: U+2581.
inline constexpr std::string_view kMarkedSpace = "\xE2\x96\x81";

// By the rules in the model: no white space around the text, the rules, runs of U+0020 as one.
std::string normalised_by_model(const Charsmap& rules, std::string_view text);

// A run of white space, a tab or the end of a line becomes U+0020; any other white space that
// stands alone stays. Then composition, and no white space at the end.
std::string normalised_by_nfc(std::string_view text);

// Each U+0020 as kMarkedSpace, with one before the first word.
std::string with_marked_spaces(std::string_view text);

}  // namespace samovar::worker::text
