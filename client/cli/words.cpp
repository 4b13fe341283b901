#include "client/cli/words.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace samovar::cli {

std::string time_in_words(std::chrono::nanoseconds time) {
    const auto ns = static_cast<double>(time.count());
    if (ns < 999.5e3) return fmt::format("{:.0f} us", ns / 1e3);
    if (ns < 999.995e6) return fmt::format("{:.2f} ms", ns / 1e6);
    return fmt::format("{:.2f} s", ns / 1e9);
}

std::string age_in_words(std::chrono::milliseconds age) {
    const std::int64_t seconds = age.count() / 1000;
    if (seconds < 60) return fmt::format("{} s", seconds);
    const std::int64_t minutes = seconds / 60;
    if (minutes < 60) return fmt::format("{} min", minutes);
    const std::int64_t hours = minutes / 60;
    if (hours < 24) return fmt::format("{} h {} min", hours, minutes % 60);
    return fmt::format("{} d {} h", hours / 24, hours % 24);
}

std::string tensor_in_words(const TensorSpec& tensor) {
    std::string sizes, bounds;
    for (const Axis& axis : tensor.shape) {
        if (!sizes.empty()) sizes += ", ";
        sizes += axis.name.empty() ? std::to_string(axis.min) : axis.name;
        if (!axis.name.empty())
            bounds += fmt::format("{}{} {}..{}", bounds.empty() ? "" : ", ", axis.name, axis.min,
                                  axis.max);
    }
    return fmt::format("{} [{}]{}{}", to_string(tensor.dtype), sizes, bounds.empty() ? "" : "  ",
                       bounds);
}

std::string bar(double share, std::size_t width) {
    const auto filled =
        static_cast<std::size_t>(std::clamp(share, 0.0, 1.0) * static_cast<double>(width));
    std::string text(filled, '=');
    if (filled < width) text += '>';
    text.resize(width, ' ');
    return "[" + text + "]";
}

std::string progress_in_words(const Progress& progress) {
    if (progress.total == 0) return progress.phase;
    return fmt::format("{} {} of {}", progress.phase, bytes_in_words(progress.done),
                       bytes_in_words(progress.total));
}

}  // namespace samovar::cli
