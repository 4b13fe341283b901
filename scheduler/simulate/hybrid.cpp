#include <array>
#include <cmath>

#include "scheduler/simulate/policy.hpp"

namespace samovar::scheduler {
namespace {

constexpr int kRange = 240;  // minutes, a bin each
constexpr double kHead = 0.05, kTail = 0.99;
constexpr double kMargin = 0.10, kLongGapMargin = 0.15;
constexpr double kTrustedVariation = 2;

// Ages at which a model is hot, both ends included.
struct Ages {
    Minute from, to;
};

class Hybrid : public Policy {
  public:
    bool wants_hot(Minute minute, bool) override {
        const Minute age = minute - last_;
        return called_ && age >= hot_.from && age <= hot_.to;
    }
    void observe(Minute minute, bool called) override {
        if (!called) return;
        if (called_) note(minute - last_);
        called_ = true;
        last_ = minute;
        hot_ = decide();
    }

  private:
    void note(Minute gap) {
        if (gap >= kRange) {
            ++beyond_;
            sum_beyond_ += static_cast<double>(gap);
            return;
        }
        double& bin = bins_[static_cast<std::size_t>(gap)];
        squares_ += 2 * bin + 1;
        ++bin;
        ++within_;
    }

    Ages decide() const {
        if (beyond_ > within_) {
            const double gap = sum_beyond_ / beyond_;
            return {static_cast<Minute>(gap * (1 - kLongGapMargin)),
                    static_cast<Minute>(std::ceil(gap * (1 + kLongGapMargin)))};
        }
        if (within_ < 1 || variation() < kTrustedVariation) return {0, kRange};
        const auto head = static_cast<double>(quantile(kHead));
        const auto tail = static_cast<double>(quantile(kTail));
        return {static_cast<Minute>(head * (1 - kMargin)),
                static_cast<Minute>(std::ceil(tail * (1 + kMargin)))};
    }

    // Standard deviation of the bins over their mean.
    double variation() const {
        const double mean = within_ / kRange;
        return std::sqrt(squares_ / kRange - mean * mean) / mean;
    }

    Minute quantile(double share) const {
        double below = 0;
        for (std::size_t gap = 0; gap < bins_.size(); ++gap) {
            below += bins_[gap];
            if (below >= share * within_) return static_cast<Minute>(gap);
        }
        return kRange;
    }

    std::array<double, kRange> bins_{};  // gaps of as many minutes
    double within_ = 0, squares_ = 0, beyond_ = 0, sum_beyond_ = 0;
    Ages hot_{0, kRange};
    Minute last_ = 0;
    bool called_ = false;
};

}  // namespace

PolicyChoice hybrid_policy() {
    return {"hybrid", [] { return std::make_unique<Hybrid>(); }};
}

}  // namespace samovar::scheduler
