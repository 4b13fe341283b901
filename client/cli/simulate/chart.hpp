#pragma once
// Lines over two axes, as SVG or PNG, for the curve of a simulation.

#include <string>
#include <vector>

#include <samovar/error.hpp>

namespace samovar::cli {

struct ChartPoint {
    double x = 0, y = 0;
};

struct Chart {
    struct Series {
        std::string name;
        std::vector<ChartPoint> points;  // drawn as dots, and joined where there are several
    };
    std::string title, x_label, y_label;
    std::vector<Series> series;
};

// Whether the file's name ends with .svg or .png.
bool can_draw(const std::string& path);
// Writes the chart, as write_file() does. Errors: `invalid_argument` for another ending, `io`.
Result<void> draw(const Chart& chart, const std::string& path);

// The same as text.
std::string to_svg(const Chart& chart);

}  // namespace samovar::cli
