#include "client/cli/bench/sweep.hpp"

#include <cmath>

namespace samovar::cli {
namespace {

constexpr double kNearEnough = 1.1;

}  // namespace

std::optional<double> Sweep::next() const {
    if (bad_) return between();
    if (at_ == levels_.values.size()) return std::nullopt;
    return levels_.values[at_];
}

std::optional<double> Sweep::between() const {
    if (!levels_.refined || !good_ || *bad_ <= *good_ * kNearEnough) return std::nullopt;
    const double middle = std::sqrt(*good_ * *bad_);
    if (!whole_) return middle;
    const double rounded = std::round(middle);
    if (rounded <= *good_ || rounded >= *bad_) return std::nullopt;
    return rounded;
}

void Sweep::tell(bool held) {
    const std::optional<double> level = next();
    if (!level) return;
    if (!bad_) ++at_;
    (held ? good_ : bad_) = level;
}

}  // namespace samovar::cli
