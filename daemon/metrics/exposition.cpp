#include "daemon/metrics/exposition.hpp"

#include <array>
#include <charconv>

namespace samovar::daemon {
namespace {

constexpr std::string_view name_of(Exposition::Type type) {
    switch (type) {
        case Exposition::Type::counter: return "counter";
        case Exposition::Type::gauge: return "gauge";
        case Exposition::Type::histogram: return "histogram";
        case Exposition::Type::summary: return "summary";
    }
    return "untyped";
}

// The shortest that reads as the same number.
template <class Number>
std::string digits(Number number) {
    std::array<char, 32> text{};
    const auto end = std::to_chars(text.data(), text.data() + text.size(), number).ptr;
    return {text.data(), end};
}

std::string seconds_of(std::uint64_t ns) {
    return digits(static_cast<double>(ns) / 1e9);
}

void add_escaped(std::string& text, std::string_view words, bool quotes) {
    for (const char letter : words) {
        if (letter == '\\' || (quotes && letter == '"')) text += '\\';
        text += letter == '\n' ? "\\n" : std::string_view(&letter, 1);
    }
}

}  // namespace

void Exposition::family(std::string_view name, Type type, std::string_view help) {
    name_ = name;
    heading_ = "# HELP " + name_ + " ";
    add_escaped(heading_, help, false);
    heading_ += "\n# TYPE " + name_ + " ";
    heading_ += name_of(type);
    heading_ += '\n';
}

void Exposition::line(std::string_view suffix, Labels labels, std::string_view value,
                      std::pair<std::string_view, std::string_view> last) {
    text_ += std::exchange(heading_, {});
    text_ += name_;
    text_ += suffix;
    char before = '{';
    const auto add = [&](const std::pair<std::string_view, std::string_view>& label) {
        text_ += std::exchange(before, ',');
        text_ += label.first;
        text_ += "=\"";
        add_escaped(text_, label.second, true);
        text_ += '"';
    };
    for (const auto& label : labels)
        add(label);
    if (!last.first.empty()) add(last);
    if (before == ',') text_ += '}';
    text_ += ' ';
    text_ += value;
    text_ += '\n';
}

void Exposition::count(Labels labels, std::uint64_t value) {
    line("", labels, digits(value));
}

void Exposition::value(Labels labels, double value) {
    line("", labels, digits(value));
}

void Exposition::seconds(Labels labels, std::uint64_t ns) {
    line("", labels, seconds_of(ns));
}

void Exposition::histogram(Labels labels, const Histogram& times) {
    std::uint64_t below = 0;
    for (std::size_t i = 0; i < Histogram::kBounds.size(); ++i) {
        below += times.count(i);
        line("_bucket", labels, digits(below), {"le", digits(Histogram::kBounds[i])});
    }
    line("_bucket", labels, digits(times.count()), {"le", "+Inf"});
    line("_sum", labels, seconds_of(times.sum_ns()));
    line("_count", labels, digits(times.count()));
}

void Exposition::summary(Labels labels, std::uint64_t count, std::uint64_t sum_ns) {
    line("_sum", labels, seconds_of(sum_ns));
    line("_count", labels, digits(count));
}

}  // namespace samovar::daemon
