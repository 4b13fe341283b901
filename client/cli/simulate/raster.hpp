#pragma once
#include <cstddef>
#include <vector>

#include <samovar/error.hpp>

#include "client/cli/simulate/layout.hpp"

namespace samovar::cli {

// A chart as a PNG file, kChartWidth x kChartHeight pixels, its labels in letters of 5 x 7 dots.
Result<std::vector<std::byte>> to_png(const Layout& layout);

}  // namespace samovar::cli
