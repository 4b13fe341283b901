#pragma once
// What the calls of one level say. Pure: the calls come in, with their times.

#include <chrono>
#include <cstddef>
#include <optional>
#include <span>

#include <samovar/job.hpp>

#include "client/cli/bench/statistics.hpp"

namespace samovar::cli {

// One call, times since the level's begin.
struct Call {
    enum class End { done, busy, too_late, failed };
    std::chrono::nanoseconds due{};       // when it was to be sent; of a closed loop, when it was
    std::chrono::nanoseconds answered{};  // when its answer, or its refusal, was there
    End end = End::done;
    Timings timings{};  // of one that is done
};

// From when it was due: a call that could not be sent in time, because others were waited for, has
// waited all the same.
inline std::chrono::nanoseconds latency_of(const Call& call) noexcept {
    return call.answered - call.due;
}
// Of one that is done: what it took between daemon and worker, there and back, with its wait behind
// the batch that ran there.
std::chrono::nanoseconds hand_over_of(const Call& call) noexcept;

struct LevelTerms {
    std::chrono::nanoseconds warm_up{};   // what was due, or answered, before is not counted
    std::chrono::nanoseconds measured{};  // after that
    double percentile = 99;
    std::optional<std::chrono::nanoseconds> objective{};  // of the percentile
    // The least hand-over of any call: what the way itself takes. The rest of one is waiting.
    std::chrono::nanoseconds least_hand_over{};
};

// Times in nanoseconds.
struct LevelReport {
    double level = 0;  // callers, or calls a second that were sent
    // Of the calls that were due in the measured time.
    std::size_t calls = 0, done = 0, busy = 0, too_late = 0, failed = 0;
    Estimate rate;                // answers a second
    Estimate median, percentile;  // of the latency of those that are done
    // Their means: mean = queue + device + overhead.
    double mean = 0, queue = 0, device = 0, overhead = 0;
    double refusal = 0, slow_refusal = 0;  // busy and too_late: the median, and the p99
    std::optional<double> jobs_a_batch{};  // of a model with batches
    bool held = true;  // enough of all calls, refused and failed ones too, met the objective
};

LevelReport report_of(std::span<const Call> calls, const LevelTerms& terms);

}  // namespace samovar::cli
