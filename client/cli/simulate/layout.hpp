#pragma once
// Where the parts of a chart come to lie, whatever draws them.

#include <cstdint>
#include <string>
#include <vector>

#include "client/cli/simulate/chart.hpp"

namespace samovar::cli {

inline constexpr int kChartWidth = 900, kChartHeight = 560;  // pixels

using Rgb = std::uint32_t;  // 0xRRGGBB

struct Stroke {
    double x0, y0, x1, y1;
    Rgb colour;
    double width;
};
struct Dot {
    double x, y, radius;
    Rgb colour;
};
struct Label {
    enum class Anchor { start, middle, end };
    double x, y;  // of the base line
    std::string text;
    Anchor anchor = Anchor::start;
    double size = 14;     // pixels
    bool upright = true;  // else it reads from the bottom to the top
};

struct Layout {
    std::vector<Stroke> strokes;
    std::vector<Dot> dots;
    std::vector<Label> labels;
};

// Axes from 0 to a round number above the largest point, five ticks or so, grid and legend.
Layout lay_out(const Chart& chart);

}  // namespace samovar::cli
