#include "client/cli/bench/level.hpp"

#include <algorithm>
#include <array>
#include <vector>

namespace samovar::cli {
namespace {

using std::chrono::nanoseconds;

double in_ns(nanoseconds time) {
    return static_cast<double>(time.count());
}

// Answers a second in each part of the measured time, whenever their calls were due.
Estimate rate_of(std::span<const Call> calls, const LevelTerms& terms) {
    std::array<double, kParts> parts{};
    const double part_ns = in_ns(terms.measured) / double{kParts};
    for (const Call& call : calls) {
        const nanoseconds at = call.answered - terms.warm_up;
        if (call.end != Call::End::done || at < nanoseconds() || at >= terms.measured) continue;
        const auto part = static_cast<std::size_t>(in_ns(at) / part_ns);
        parts[std::min(part, kParts - 1)] += 1e9 / part_ns;
    }
    return mean_of_parts(parts);
}

void add_means(const Call& call, const LevelTerms& terms, LevelReport& report) {
    const Timings& times = call.timings;
    const nanoseconds device = times.prepared + times.inferred + times.finished;
    const nanoseconds waiting = hand_over_of(call) - terms.least_hand_over;
    const nanoseconds queue = times.queued + std::max(waiting, nanoseconds());
    const double part = 1 / static_cast<double>(report.done);
    report.mean += in_ns(latency_of(call)) * part;
    report.queue += in_ns(queue) * part;
    report.device += in_ns(device) * part;
    report.overhead += in_ns(latency_of(call) - queue - device) * part;
}

void count_refusal(const Call& call, LevelReport& report) {
    (call.end == Call::End::busy       ? report.busy
     : call.end == Call::End::too_late ? report.too_late
                                       : report.failed) += 1;
}

}  // namespace

nanoseconds hand_over_of(const Call& call) noexcept {
    const Timings& times = call.timings;
    return times.total - times.queued - times.prepared - times.inferred - times.finished;
}

LevelReport report_of(std::span<const Call> calls, const LevelTerms& terms) {
    LevelReport report;
    std::vector<const Call*> done;
    std::vector<double> refusals, latencies;
    std::size_t in_time = 0;
    for (const Call& call : calls) {
        if (call.due < terms.warm_up || call.due >= terms.warm_up + terms.measured) continue;
        ++report.calls;
        if (call.end != Call::End::done) {
            count_refusal(call, report);
            if (call.end != Call::End::failed) refusals.push_back(in_ns(latency_of(call)));
            continue;
        }
        done.push_back(&call);
        in_time += !terms.objective || latency_of(call) <= *terms.objective ? 1 : 0;
    }
    report.done = done.size();
    report.rate = rate_of(calls, terms);
    for (const Call* call : done) {
        latencies.push_back(in_ns(latency_of(*call)));
        add_means(*call, terms, report);
    }
    report.refusal = quantile_of(refusals, 0.5).value;
    report.slow_refusal = quantile_of(std::move(refusals), 0.99).value;
    report.median = quantile_of(latencies, 0.5);
    report.percentile = quantile_of(std::move(latencies), terms.percentile / 100);
    report.held = !terms.objective ||
                  (report.calls > 0 && static_cast<double>(in_time) * 100 >=
                                           terms.percentile * static_cast<double>(report.calls));
    return report;
}

}  // namespace samovar::cli
