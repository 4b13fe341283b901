#include "daemon/residency/warmth_report.hpp"

#include "daemon/residency/clocks.hpp"

namespace samovar::daemon {
ipc::Warmth to_wire(const scheduler::Warmth& warmth, scheduler::Time now) {
    ipc::Warmth report;
    if (warmth.since()) report.since_ms = in_ms(warmth.since()->time_since_epoch());
    report.uses = warmth.uses();
    report.cold_starts = warmth.cold_starts();
    for (std::size_t i = 0; i < scheduler::kCallKinds; ++i) {
        const auto kind = static_cast<scheduler::CallKind>(i);
        const scheduler::Latencies& took = warmth.latencies(kind);
        if (took.count() > 0)
            report.calls.push_back({std::string(to_string(kind)), took.count(),
                                    in_ns(took.quantile(0.5)), in_ns(took.quantile(0.99))});
    }
    for (std::size_t i = 0; i < scheduler::kCauses; ++i) {
        const auto cause = static_cast<scheduler::Cause>(i);
        const scheduler::BroughtUp up = warmth.brought_up(cause, now);
        if (up.times == 0) continue;
        const std::optional<scheduler::Duration> saved = warmth.saved(cause, now);
        const double joules = up.idle_joules.value_or(0);
        report.brought_up.push_back(
            {std::string(to_string(cause)), up.times, up.met, up.unmet, in_ms(up.idle),
             static_cast<std::uint64_t>(up.idle_byte_seconds), saved.has_value(),
             in_ms(saved.value_or(scheduler::Duration{})), up.idle_joules.has_value(),
             static_cast<std::uint64_t>(joules * 1000)});
    }
    return report;
}

}  // namespace samovar::daemon
