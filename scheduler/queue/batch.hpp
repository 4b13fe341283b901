#pragma once
#include <algorithm>
#include <cstdint>
#include <limits>

#include "scheduler/types.hpp"

namespace samovar::scheduler {

// How much of a network's work a job is: rows (pictures, sentences) and, of text, tokens.
struct BatchSize {
    std::uint64_t rows = 1;
    std::uint64_t tokens = 0;

    BatchSize& operator+=(const BatchSize& more) {
        rows += more.rows;
        tokens += more.tokens;
        return *this;
    }
    BatchSize& operator-=(const BatchSize& less) {
        rows -= less.rows;
        tokens -= less.tokens;
        return *this;
    }
    // What its time goes by, as far as it is known.
    std::uint64_t work() const { return tokens > 0 ? tokens : rows; }
    bool operator==(const BatchSize&) const = default;
};

struct BatchLimits {
    BatchSize most{1, std::numeric_limits<std::uint64_t>::max()};
    Duration delay{};  // how long a job may wait for mates while the device is busy
};

// Jobs that could go together.
struct Backlog {
    BatchSize size{0, 0};
    Time oldest{};
};

// From when on they are to go. At once where the device has nothing to do, or where they fill a
// batch; else while the device is busy more may come, for as long as the oldest may wait.
inline Time batch_due(const Backlog& backlog, const BatchLimits& limits, bool idle) {
    const bool full =
        backlog.size.rows >= limits.most.rows || backlog.size.tokens >= limits.most.tokens;
    return idle || full ? Time::min() : backlog.oldest + limits.delay;
}

// A batch that is being put together. A job that is larger than any batch goes alone.
class BatchRoom {
  public:
    BatchRoom(const BatchLimits& limits, const BatchSize& first) : limits_(limits), taken_(first) {}

    // Takes a job in if it fits beside the others.
    bool take(const BatchSize& size) {
        BatchSize with = taken_;
        with += size;
        if (with.rows > limits_.most.rows || with.tokens > limits_.most.tokens) return false;
        taken_ = with;
        return true;
    }
    const BatchSize& taken() const { return taken_; }

  private:
    BatchLimits limits_;
    BatchSize taken_;
};

}  // namespace samovar::scheduler
