#include "tests/torture/slope.hpp"

#include <algorithm>
#include <cmath>
#include <map>

namespace samovar::torture {

Slope Series::slope() const {
    struct Mean {
        double x = 0, y = 0, points = 0, first = 0, last = 0;
    };
    std::map<std::uint64_t, Mean> means;
    for (const Point& point : points_) {
        Mean& mean = means[point.life];
        mean.x += point.x;
        mean.y += point.y;
        if (mean.points == 0) mean.first = point.x;
        mean.last = point.x;
        mean.points += 1;
    }
    double xx = 0, xy = 0, yy = 0;
    for (const Point& point : points_) {
        const Mean& mean = means[point.life];
        const double x = point.x - mean.x / mean.points, y = point.y - mean.y / mean.points;
        xx += x * x;
        xy += x * y;
        yy += y * y;
    }
    Slope slope;
    if (xx <= 0) return slope;
    for (const auto& [life, mean] : means)
        slope.span = std::max(slope.span, mean.last - mean.first);
    slope.rise = xy / xx;
    const double freedom =
        static_cast<double>(points_.size()) - static_cast<double>(means.size()) - 1;
    if (freedom >= 1) slope.error = std::sqrt(std::max(0.0, yy - slope.rise * xy) / freedom / xx);
    return slope;
}

}  // namespace samovar::torture
