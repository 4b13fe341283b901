#pragma once

namespace samovar::scheduler {

// Calls seen over minutes watched: what most estimators are made of.
struct CallRate {
    float calls = 0;
    float minutes = 0;

    // Calls a minute, shrunk towards `prior`, which counts for `weight` minutes.
    double estimate(double prior, double weight) const noexcept {
        return (double{calls} + weight * prior) / (double{minutes} + weight);
    }
    // One more minute. After `memory` minutes what was seen before counts half, so that habits may
    // change.
    void observe(bool called, float memory) noexcept {
        if (minutes >= memory) {
            calls /= 2;
            minutes /= 2;
        }
        minutes += 1;
        calls += called ? 1.0f : 0.0f;
    }
};

}  // namespace samovar::scheduler
