#include "daemon/residency/event_line.hpp"

#include <array>
#include <charconv>
#include <limits>
#include <nlohmann/json.hpp>

#include "daemon/residency/clocks.hpp"

namespace samovar::daemon {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::array kResidencies{ipc::Residency::cold,    ipc::Residency::loading,
                                  ipc::Residency::hot,     ipc::Residency::failed,
                                  ipc::Residency::parking, ipc::Residency::parked,
                                  ipc::Residency::waking,  ipc::Residency::unloading};

ipc::Residency residency_of(std::string_view name) {
    for (const ipc::Residency residency : kResidencies)
        if (to_string(residency) == name) return residency;
    throw std::invalid_argument("no residency");
}

bool is_minute(const ipc::Event& event) {
    constexpr std::uint64_t kMost = std::numeric_limits<std::uint32_t>::max();
    return event.at_ms % kMinuteMs == 0 && event.at_ms / kMinuteMs <= kMost &&
           !event.model.empty() && event.calls > 0 && event.calls <= kMost;
}

// A minute as line_of() writes it, where the model's name has no escapes: there may be a hundred
// thousand to read when the daemon starts.
std::optional<ipc::Event> minute_of_line(std::string_view line) {
    const auto skip = [&](std::string_view word) {
        const bool there = line.starts_with(word);
        if (there) line.remove_prefix(word.size());
        return there;
    };
    const auto take = [&](std::uint64_t& number) {
        const auto [end, fault] = std::from_chars(line.data(), line.data() + line.size(), number);
        line.remove_prefix(static_cast<std::size_t>(end - line.data()));
        return fault == std::errc();
    };
    ipc::Event event;
    if (!skip("{\"at_ms\":") || !take(event.at_ms) || !skip(",\"model\":\"")) return std::nullopt;
    const std::size_t end = line.find('"');
    if (end > kMaxNameBytes || line.substr(0, end).find('\\') != line.npos) return std::nullopt;
    event.model = line.substr(0, end);
    line.remove_prefix(end);
    if (!skip("\",\"calls\":") || !take(event.calls) || line != "}" || !is_minute(event))
        return std::nullopt;
    return event;
}

std::string text_of(const Json& json) {
    return json.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace

std::string line_of(const ipc::Event& event) {
    if (event.calls > 0)
        return text_of({{"at_ms", event.at_ms}, {"model", event.model}, {"calls", event.calls}});
    return text_of({{"at_ms", event.at_ms},
                    {"model", event.model},
                    {"from", to_string(event.from)},
                    {"to", to_string(event.to)},
                    {"cause", event.cause},
                    {"took_us", event.took_ns / 1000},
                    {"bytes", event.bytes}});
}

std::optional<ipc::Event> event_of_line(std::string_view line) {
    if (auto minute = minute_of_line(line)) return minute;
    try {
        const Json json = Json::parse(line);
        ipc::Event event;
        event.at_ms = json.at("at_ms").get<std::uint64_t>();
        event.model = json.at("model").get<std::string>();
        if (event.model.empty() || event.model.size() > kMaxNameBytes) return std::nullopt;
        if (json.contains("calls")) {
            if (json["calls"].is_number_unsigned()) event.calls = json["calls"];
            return is_minute(event) ? std::optional(std::move(event)) : std::nullopt;
        }
        event.from = residency_of(json.at("from").get<std::string>());
        event.to = residency_of(json.at("to").get<std::string>());
        event.cause = json.at("cause").get<std::string>();
        event.took_ns = json.at("took_us").get<std::uint64_t>() * 1000;
        event.bytes = json.at("bytes").get<std::uint64_t>();
        if (event.cause.size() > kMaxNameBytes) return std::nullopt;
        return event;
    } catch (const std::exception&) {
        return std::nullopt;
    }
}

}  // namespace samovar::daemon
