#include "scheduler/residency/warmth.hpp"

#include <algorithm>
#include <utility>

namespace samovar::scheduler {

std::string_view to_string(CallKind kind) noexcept {
    switch (kind) {
        case CallKind::cold: return "cold";
        case CallKind::parked: return "parked";
        case CallKind::brought_up: return "brought up";
        case CallKind::after_hour: return "after an hour";
        case CallKind::after_minutes: return "after 5 minutes";
        case CallKind::after_minute: return "after a minute";
        case CallKind::after_second: return "after a second";
        case CallKind::hot: return "hot";
        case CallKind::self_warm: return "self-warming";
    }
    return "?";
}

// ---- Moves --------------------------------------------------------------------------------------

void Warmth::moved(Residency from, Residency to, Cause cause, std::uint64_t bytes, Time now) {
    if (to == Residency::hot) {
        bytes_ = bytes;
        hot_ = true;
        // A park that failed brings nothing up.
        if (from == Residency::loading || from == Residency::waking) {
            cause_ = cause;
            ++brought_up_[static_cast<std::size_t>(cause)].times;
            awaited_ = jobs_ == 0;
            was_parked_ = from == Residency::waking;
        }
        if (jobs_ == 0) begin_idle(now);
    } else if (hot_) {
        go_down(now);
    }
}

void Warmth::replaced(Time now) {
    if (hot_) go_down(now);
}

void Warmth::go_down(Time now) {
    end_idle(now);
    hot_ = false;
    if (std::exchange(awaited_, false)) ++brought_up_[static_cast<std::size_t>(cause_)].unmet;
}

// ---- Calls --------------------------------------------------------------------------------------

CallKind Warmth::kind_of(Residency residency, Time now) const {
    using namespace std::chrono_literals;
    switch (residency) {
        case Residency::hot: break;
        case Residency::parking:
        case Residency::parked:
        case Residency::waking: return CallKind::parked;
        default: return CallKind::cold;
    }
    if (awaited_) return CallKind::brought_up;
    if (jobs_ > 0 || !last_use_) return CallKind::hot;
    const Duration gap = now - *last_use_;
    if (gap >= 1h) return CallKind::after_hour;
    if (gap >= 5min) return CallKind::after_minutes;
    if (gap >= 1min) return CallKind::after_minute;
    return gap >= 1s ? CallKind::after_second : CallKind::hot;
}

CallKind Warmth::job_came(Residency residency, Time now) {
    const CallKind kind = kind_of(residency, now);
    end_idle(now);
    ++jobs_;
    if (kind == CallKind::brought_up) {
        awaited_ = false;
        BroughtUp& record = brought_up_[static_cast<std::size_t>(cause_)];
        ++record.met;
        if (was_parked_) ++record.met_from_parked;
    }
    return kind;
}

void Warmth::job_ended(CallKind kind, bool ran, std::optional<Duration> took, Time now) {
    if (jobs_ > 0) --jobs_;
    if (hot_ && jobs_ == 0) begin_idle(now);
    if (!ran) return;
    ++uses_;
    if (kind == CallKind::cold) ++cold_starts_;
    last_use_ = now;
    if (took) latencies_[static_cast<std::size_t>(kind)].add(*took);
}

void Warmth::energy(double joules) {
    if (!hot_) return;
    std::optional<double>& sum = brought_up_[static_cast<std::size_t>(cause_)].idle_joules;
    sum = sum.value_or(0) + joules;
}

void Warmth::self_warmed(Duration took) {
    latencies_[static_cast<std::size_t>(CallKind::self_warm)].add(took);
}

std::optional<Duration> Warmth::saved(Cause cause, Time now) const {
    const BroughtUp record = brought_up(cause, now);
    const Latencies& found_hot = latencies(CallKind::brought_up);
    Duration sum{};
    const auto add = [&](std::uint64_t met, const Latencies& else_took) {
        if (met == 0) return true;
        if (found_hot.count() == 0 || else_took.count() == 0) return false;
        const Duration each = std::max(else_took.mean() - found_hot.mean(), Duration::zero());
        sum += each * static_cast<Duration::rep>(met);
        return true;
    };
    const bool known = add(record.met - record.met_from_parked, latencies(CallKind::cold)) &&
                       add(record.met_from_parked, latencies(CallKind::parked));
    return known ? std::optional(sum) : std::nullopt;
}

// ---- From one life of the daemon to the next ----------------------------------------------------

WarmthMemory Warmth::memory(Now now) const {
    WarmthMemory memory{
        .since = since_,
        .last_use = last_use_ ? std::optional(now.on_wall(*last_use_)) : std::nullopt,
        .uses = uses_,
        .cold_starts = cold_starts_};
    for (std::size_t i = 0; i < kCallKinds; ++i)
        memory.latencies[i] = latencies_[i].counts();
    for (std::size_t i = 0; i < kCauses; ++i)
        memory.brought_up[i] = brought_up(static_cast<Cause>(i), now.steady);
    return memory;
}

void Warmth::recall(const WarmthMemory& memory, Now now) {
    if (memory.since) since_ = memory.since;
    if (memory.last_use) last_use_ = now.on_steady(std::min(*memory.last_use, now.wall));
    uses_ = memory.uses;
    cold_starts_ = memory.cold_starts;
    for (std::size_t i = 0; i < kCallKinds; ++i)
        latencies_[i] = Latencies::of(memory.latencies[i]);
    brought_up_ = memory.brought_up;
}

// ---- Idleness -----------------------------------------------------------------------------------

void Warmth::begin_idle(Time now) {
    if (!idle_since_) idle_since_ = now;
}

void Warmth::end_idle(Time now) {
    brought_up_[static_cast<std::size_t>(cause_)] = brought_up(cause_, now);
    idle_since_.reset();
}

BroughtUp Warmth::brought_up(Cause cause, Time now) const {
    BroughtUp record = brought_up_[static_cast<std::size_t>(cause)];
    if (cause == cause_ && idle_since_) {
        const Duration idle = now - *idle_since_;
        record.idle += idle;
        record.idle_byte_seconds +=
            static_cast<double>(bytes_) * std::chrono::duration<double>(idle).count();
    }
    return record;
}

}  // namespace samovar::scheduler
