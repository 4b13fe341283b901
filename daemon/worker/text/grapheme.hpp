#pragma once
// Extended grapheme clusters, https://www.unicode.org/reports/tr29/ as of Unicode 16.

#include <cstddef>
#include <string_view>

namespace samovar::worker::text {

// Where the cluster that begins at `at`, which is inside `text`, ends.
std::size_t cluster_end(std::string_view text, std::size_t at);

}  // namespace samovar::worker::text
