#include "client/cli/simulate/calls_trace.hpp"

#include <algorithm>
#include <limits>

#include "client/cli/json.hpp"

namespace samovar::cli {
namespace {

constexpr std::uint64_t kMinuteMs = 60'000;
constexpr std::uint32_t kHour = 60, kLongestTrace = 10 * 366 * 24 * kHour;  // minutes
constexpr const char* kWayOut = "`samovar events --calls --json` prints them";

bool is_count(const Json& object, const char* key) {
    return object.contains(key) && object[key].is_number_unsigned();
}

}  // namespace

bool is_calls_trace(std::istream& text) {
    return text.peek() == '{';
}

CallsTrace::CallsTrace(std::istream& text, std::string name) : name_(std::move(name)) {
    first_ = std::numeric_limits<std::uint32_t>::max();
    for (std::string line; std::getline(text, line);) {
        ++line_number_;
        if (line.find_first_not_of(" \t\r") != line.npos) take(line);
    }
    if (text.bad()) refuse("it cannot be read any further; is the disk all right?");
    if (minutes_.empty()) refuse(std::string("it holds no calls; ") + kWayOut);
    first_ -= first_ % kHour;
    if (last_ - first_ > kLongestTrace)
        refuse("its calls lie more than ten years apart; take out those of a wrong clock");
    next_ = minutes_.cbegin();
}

void CallsTrace::take(const std::string& line) {
    const Json object = Json::parse(line, nullptr, /*allow_exceptions=*/false);
    if (!object.is_object()) refuse("it is no JSON object; each line is one");
    if (object.contains("from"))
        refuse(std::string("this is a move of a model, and does not tell when it was called; ") +
               kWayOut);
    if (!is_count(object, "at_ms") || !is_count(object, "calls") || !object.contains("model") ||
        !object["model"].is_string())
        refuse(std::string("it has not the keys \"at_ms\", \"model\" and \"calls\"; ") + kWayOut);
    const std::uint64_t minute = object["at_ms"].get<std::uint64_t>() / kMinuteMs;
    if (minute >= std::numeric_limits<std::uint32_t>::max())
        refuse("\"at_ms\" is no time in this millennium; it is milliseconds since 1970");
    if (object["calls"] == 0) return;
    const auto at = static_cast<std::uint32_t>(minute);
    minutes_[object["model"].get<std::string>()].push_back(at);
    first_ = std::min(first_, at);
    last_ = std::max(last_, at);
}

bool CallsTrace::next(scheduler::CalledMinutes& function) {
    if (next_ == minutes_.cend()) return false;
    function.assign(last_ - first_ + 1, false);
    for (const std::uint32_t minute : next_->second)
        function[minute - first_] = true;
    ++next_;
    return true;
}

scheduler::Instant CallsTrace::start() const {
    return scheduler::Instant(std::chrono::minutes(first_));
}

void CallsTrace::refuse(const std::string& what) const {
    const std::string line = line_number_ > 0 ? ", line " + std::to_string(line_number_) : "";
    throw scheduler::TraceError(name_ + line + ": " + what);
}

}  // namespace samovar::cli
