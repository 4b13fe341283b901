#pragma once
#include <string_view>

namespace samovar::scheduler {

// Whether a name is one that the pattern stands for: `*` for any letters, none included, `?` for
// one. In time of at most the product of both lengths.
bool matches(std::string_view pattern, std::string_view name) noexcept;

}  // namespace samovar::scheduler
