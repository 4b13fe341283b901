#include <charconv>
#include <chrono>
#include <cmath>
#include <optional>
#include <stdexcept>

#include "scheduler/calendar/window.hpp"
#include "scheduler/simulate/policy.hpp"

namespace samovar::scheduler {
namespace {

using namespace std::chrono;

constexpr int kLongestKeep = 525'600;  // minutes: a year
constexpr double kMostGivenLoad = 1000;

[[noreturn]] void refuse(std::string_view text, const std::string& why) {
    throw std::invalid_argument("policy \"" + std::string(text) + "\": " + why);
}

template <class Number>
std::optional<Number> whole_number(std::string_view word) {
    Number number{};
    const auto [end, fault] = std::from_chars(word.data(), word.data() + word.size(), number);
    if (fault != std::errc{} || end != word.data() + word.size()) return std::nullopt;
    return number;
}

PolicyChoice parse_fixed(std::string_view text, std::string_view rest) {
    const auto minutes = whole_number<int>(rest);
    if (!minutes || *minutes < 0 || *minutes > kLongestKeep)
        refuse(text, "after fixed: stands a number of minutes from 0 to " +
                         std::to_string(kLongestKeep) + ", for example fixed:10");
    return fixed_policy(*minutes);
}

// KEY=NUMBER, comma-separated.
Price parse_price(std::string_view text, std::string_view rest) {
    Price price;
    while (!rest.empty()) {
        const std::string_view one = rest.substr(0, rest.find(','));
        rest.remove_prefix(std::min(rest.size(), one.size() + 1));
        const std::size_t equals = std::min(one.find('='), one.size());
        const std::string_view key = one.substr(0, equals);
        const auto number =
            equals < one.size() ? whole_number<double>(one.substr(equals + 1)) : std::nullopt;
        if (key == "price" && number && *number >= kLeastGivenPrice && *number <= kMostGivenPrice)
            price.idle_minute = *number;
        else if (key == "load" && number && *number >= 0 && *number <= kMostGivenLoad)
            price.load = *number;
        else
            refuse(text, "\"" + std::string(one) +
                             "\" is neither price=NUMBER (an idle minute, in cold starts, 0.000001 "
                             "to 1000) nor load=NUMBER (a load, in cold starts, 0 to 1000); for "
                             "example forecast:price=0.01,load=0.05");
    }
    return price;
}

PolicyChoice parse_window(std::string_view text, std::string_view rest, Instant start) {
    try {
        const Window window = Window::parse(rest, Zone());
        return predicate_policy("window", [window, start](Minute minute) {
            return window.contains(start + minutes(minute));
        });
    } catch (const std::invalid_argument& fault) {
        refuse(text, fault.what());
    }
}

PolicyChoice parse_kind(std::string_view text, Instant start) {
    const std::size_t colon = text.find(':');
    const std::string_view kind = text.substr(0, colon);
    const bool given = colon != text.npos;
    const std::string_view rest = given ? text.substr(colon + 1) : std::string_view();
    if (kind == "fixed") return parse_fixed(text, rest);
    if (kind == "forecast") return forecast_policy({.price = parse_price(text, rest)});
    if (kind == "window") return parse_window(text, rest, start);
    if (kind == "hybrid" && !given) return hybrid_policy();
    if (kind == "oracle" && !given) return oracle_policy();
    refuse(text,
           "it is none of fixed:MINUTES, hybrid, forecast[:price=P[,load=L]], window:\"DAYS "
           "HH:MM-HH:MM ZONE\" and oracle");
}

}  // namespace

PolicyChoice parse_policy(std::string_view text, Instant start) {
    PolicyChoice choice = parse_kind(text, start);
    choice.name = text;
    return choice;
}

}  // namespace samovar::scheduler
