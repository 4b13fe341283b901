#include "daemon/residency/warmth_report.hpp"

namespace samovar::daemon {
namespace {

std::uint64_t whole_ns(scheduler::Duration time) {
    return static_cast<std::uint64_t>(
        std::chrono::duration_cast<std::chrono::nanoseconds>(time).count());
}

}  // namespace

ipc::Warmth to_wire(const scheduler::Warmth& warmth, scheduler::Time now) {
    ipc::Warmth report;
    if (warmth.since()) report.since_ms = whole_ns(warmth.since()->time_since_epoch()) / 1'000'000;
    report.uses = warmth.uses();
    report.cold_starts = warmth.cold_starts();
    for (std::size_t i = 0; i < scheduler::kCallKinds; ++i) {
        const auto kind = static_cast<scheduler::CallKind>(i);
        const scheduler::Latencies& took = warmth.latencies(kind);
        if (took.count() > 0)
            report.calls.push_back({std::string(to_string(kind)), took.count(),
                                    whole_ns(took.quantile(0.5)), whole_ns(took.quantile(0.99))});
    }
    for (std::size_t i = 0; i < scheduler::kCauses; ++i) {
        const auto cause = static_cast<scheduler::Cause>(i);
        const scheduler::BroughtUp up = warmth.brought_up(cause, now);
        if (up.times == 0) continue;
        const std::optional<scheduler::Duration> saved = warmth.saved(cause, now);
        const double joules = up.idle_joules.value_or(0);
        report.brought_up.push_back(
            {std::string(to_string(cause)), up.times, up.met, up.unmet,
             whole_ns(up.idle) / 1'000'000, static_cast<std::uint64_t>(up.idle_byte_seconds),
             saved.has_value(), whole_ns(saved.value_or(scheduler::Duration{})) / 1'000'000,
             up.idle_joules.has_value(), static_cast<std::uint64_t>(joules * 1000)});
    }
    return report;
}

}  // namespace samovar::daemon
