#pragma once
#include <cstdint>
#include <limits>
#include <vector>

namespace samovar::torture {

// How much a thing rises for each unit, and the standard error of that; infinite where too little
// is known.
struct Slope {
    double rise = 0, error = std::numeric_limits<double>::infinity();
    double span = 0;  // of x, in the longest life
};

// Values over time (or over a count), in lives: a process that was started anew begins at a level
// of its own, and only what happens within a life counts.
class Series {
  public:
    // The xs of a life rise.
    void add(std::uint64_t life, double x, double y) { points_.push_back({life, x, y}); }
    // Least squares, each life about its own mean (the "within" estimator of panel data).
    Slope slope() const;

  private:
    struct Point {
        std::uint64_t life;
        double x, y;
    };
    std::vector<Point> points_;
};

}  // namespace samovar::torture
