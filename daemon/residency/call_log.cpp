#include "daemon/residency/call_log.hpp"

#include <utility>

#include "daemon/residency/clocks.hpp"

namespace samovar::daemon {

std::uint32_t CallLog::number_of(const std::string& model) {
    const auto [entry, added] =
        numbers_.try_emplace(model, static_cast<std::uint32_t>(names_.size()));
    if (added) names_.push_back(model);
    return entry->second;
}

void CallLog::add(const std::string& model, std::uint64_t at_ms) {
    const auto minute = static_cast<std::uint32_t>(at_ms / kMinuteMs);
    if (minute != open_) close();
    open_ = minute;
    ++counts_[number_of(model)];
}

void CallLog::close() {
    for (const auto& [model, calls] : std::exchange(counts_, {})) {
        put({open_, model, calls});
        not_taken_.push_back({open_, model, calls});
    }
}

// What was taken of a minute that went on, or was begun by an earlier life, becomes more.
void CallLog::put(const Minute& minute) {
    for (auto i = minutes_.rbegin(); i != minutes_.rend() && i->minute == minute.minute; ++i) {
        if (i->model != minute.model) continue;
        i->calls += minute.calls;
        return;
    }
    if (minutes_.size() == kCapacity) minutes_.pop_front();
    minutes_.push_back(minute);
}

ipc::Event CallLog::to_event(const Minute& minute) const {
    ipc::Event event;
    event.at_ms = minute.minute * kMinuteMs;
    event.model = names_[minute.model];
    event.calls = minute.calls;
    return event;
}

std::vector<ipc::Event> CallLog::since(std::uint64_t since_ms, std::uint64_t now_ms) {
    if (now_ms / kMinuteMs != open_) close();
    std::vector<ipc::Event> events;
    for (const Minute& each : minutes_) {
        const std::uint64_t at_ms = each.minute * kMinuteMs;
        if (at_ms < since_ms) continue;
        // Whoever asks for more asks for what is later than the last.
        if (events.size() >= kPage && at_ms != events.back().at_ms) break;
        events.push_back(to_event(each));
    }
    return events;
}

// ---- From one life of the daemon to the next ----------------------------------------------------

void CallLog::recall(const ipc::Event& minute) {
    put({static_cast<std::uint32_t>(minute.at_ms / kMinuteMs), number_of(minute.model),
         static_cast<std::uint32_t>(minute.calls)});
}

std::optional<std::uint64_t> CallLog::next_end_ms() const {
    if (counts_.empty()) return std::nullopt;
    return (open_ + 1) * kMinuteMs;
}

std::vector<ipc::Event> CallLog::take(std::uint64_t now_ms) {
    if (now_ms / kMinuteMs != open_) close();
    std::vector<ipc::Event> events;
    for (const Minute& each : std::exchange(not_taken_, {}))
        events.push_back(to_event(each));
    return events;
}

std::vector<ipc::Event> CallLog::take_all() {
    close();
    return take(open_ * kMinuteMs);
}

}  // namespace samovar::daemon
