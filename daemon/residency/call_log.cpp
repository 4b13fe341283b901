#include "daemon/residency/call_log.hpp"

#include <utility>

namespace samovar::daemon {
namespace {

constexpr std::uint64_t kMinuteMs = 60'000;

}  // namespace

void CallLog::add(const std::string& model, std::uint64_t at_ms) {
    const auto minute = static_cast<std::uint32_t>(at_ms / kMinuteMs);
    if (minute != open_) close();
    open_ = minute;
    const auto [entry, added] =
        numbers_.try_emplace(model, static_cast<std::uint32_t>(names_.size()));
    if (added) names_.push_back(model);
    ++counts_[entry->second];
}

void CallLog::close() {
    for (const auto& [model, calls] : std::exchange(counts_, {})) {
        if (minutes_.size() == kCapacity) minutes_.pop_front();
        minutes_.push_back({open_, model, calls});
    }
}

std::vector<ipc::Event> CallLog::since(std::uint64_t since_ms, std::uint64_t now_ms) {
    if (now_ms / kMinuteMs != open_) close();
    std::vector<ipc::Event> events;
    for (const Minute& each : minutes_) {
        const std::uint64_t at_ms = each.minute * kMinuteMs;
        if (at_ms < since_ms) continue;
        ipc::Event& event = events.emplace_back();
        event.at_ms = at_ms;
        event.model = names_[each.model];
        event.calls = each.calls;
    }
    return events;
}

}  // namespace samovar::daemon
