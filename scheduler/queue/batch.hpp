#pragma once
#include <algorithm>
#include <cstddef>
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
    Duration delay{};  // how long a job may wait for mates
};

// Jobs that could go together.
struct Backlog {
    BatchSize size{0, 0};
    std::size_t jobs = 0;
    Time oldest{};
};

// What a device is at, when jobs could be sent to it.
struct DeviceMoment {
    bool busy = false;  // a batch runs
    bool worth_staging =
        false;                 // to make the next one ready takes so long that it is best done now
    std::size_t expected = 0;  // jobs: whom the last batch answered may ask again,
    Time expected_until{};     // and soon
};

// From when on they are to go: at once where they fill a batch. Others gain nothing where the
// device is busy, but that they are made ready meanwhile; so they wait for mates until it is done,
// or where making ready takes long, for as long as the oldest may. Where the device has just
// become idle, they are given a moment for those to come who will: else one who comes first goes
// alone, and the others after him.
inline Time batch_due(const Backlog& backlog, const BatchLimits& limits,
                      const DeviceMoment& device) {
    if (backlog.size.rows >= limits.most.rows || backlog.size.tokens >= limits.most.tokens)
        return Time::min();
    if (device.busy) return device.worth_staging ? backlog.oldest + limits.delay : Time::max();
    return backlog.jobs < device.expected ? device.expected_until : Time::min();
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
