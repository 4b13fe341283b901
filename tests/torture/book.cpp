#include "tests/torture/book.hpp"

#include <algorithm>
#include <cmath>

namespace samovar::torture {

std::uint64_t Book::lost() const {
    std::uint64_t known = wrong;
    for (const auto& count : ended)
        known += count;
    return begun - std::min(begun.load(), known);
}

std::uint64_t Book::refused_but(std::initializer_list<Errc> expected) const {
    std::uint64_t count = 0;
    for (std::size_t code = 1; code < ended.size(); ++code)
        if (std::ranges::find(expected, static_cast<Errc>(code)) == expected.end())
            count += ended[code];
    return count;
}

void Book::add_latency(std::chrono::nanoseconds took) {
    const double step = std::log2(static_cast<double>(std::max<std::int64_t>(took.count(), 1)));
    const auto place = static_cast<std::size_t>(step * kStepsPerOctave);
    ++latency[std::min(place, kSteps - 1)];
}

Latencies latencies_of(const Book& book) {
    Latencies copy{};
    std::ranges::copy(book.latency, copy.begin());
    return copy;
}

std::chrono::nanoseconds quantile(const Latencies& before, const Latencies& now, double share) {
    double all = 0;
    for (std::size_t i = 0; i < now.size(); ++i)
        all += static_cast<double>(now[i] - before[i]);
    double left = all * share;
    for (std::size_t i = 0; i < now.size(); ++i) {
        const auto here = static_cast<double>(now[i] - before[i]);
        if (here >= left && here > 0)
            return std::chrono::nanoseconds(static_cast<std::int64_t>(
                std::exp2((static_cast<double>(i) + left / here) / Book::kStepsPerOctave)));
        left -= here;
    }
    return {};
}

}  // namespace samovar::torture
