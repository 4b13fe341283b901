#pragma once
#include <cstddef>
#include <optional>

#include "client/cli/bench/levels.hpp"

namespace samovar::cli {

// Goes up the levels until the objective breaks; then, where the levels may be refined, halves the
// distance (of their logarithms) between the last that held and the first that did not, until they
// are within a tenth. Pure.
class Sweep {
  public:
    // `whole`: of callers, there is no half.
    Sweep(Levels levels, bool whole) : levels_(std::move(levels)), whole_(whole) {}

    // The level to look at; nothing when it is over.
    std::optional<double> next() const;
    // Whether the objective held at next(). Without an objective it always does.
    void tell(bool held);

    // The highest that held, while no lower one did not.
    std::optional<double> best() const { return good_; }
    // Whether the objective broke anywhere.
    bool broke() const { return bad_.has_value(); }

  private:
    std::optional<double> between() const;

    Levels levels_;
    bool whole_;
    std::size_t at_ = 0;
    std::optional<double> good_, bad_;
};

}  // namespace samovar::cli
