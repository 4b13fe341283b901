#include "tests/torture/report.hpp"

#include <algorithm>
#include <cstdio>
#include <iomanip>
#include <utility>

namespace samovar::torture {
namespace {

std::string number(double value) {
    char text[32];
    std::snprintf(text, sizeof text, "%.3g", value);
    return text;
}

}  // namespace

std::string milliseconds(std::chrono::nanoseconds time) {
    return number(static_cast<double>(time.count()) / 1e6) + " ms";
}

void Report::did(std::string what, std::uint64_t count) {
    counts_.push_back({std::move(what), count});
}

void Report::check(std::string what, std::string seen, std::string bound, bool holds) {
    checks_.push_back({std::move(what), std::move(seen), std::move(bound), holds});
}

void Report::within(std::string what, std::chrono::nanoseconds seen,
                    std::chrono::nanoseconds limit) {
    check(std::move(what), milliseconds(seen), "at most " + milliseconds(limit), seen <= limit);
}

void Report::flat(std::string what, const Series& series, double most, double kept,
                  const std::string& unit) {
    const Slope slope = series.slope();
    const double bound = slope.span > 0 ? most + kept / slope.span : most;
    check(std::move(what), number(slope.rise) + " +- " + number(slope.error) + " " + unit,
          "at most " + number(bound), slope.rise - 2 * slope.error <= bound);
}

bool Report::holds() const {
    return std::ranges::all_of(checks_, &Check::holds);
}

void Report::print(std::ostream& out) const {
    std::size_t what = 0, seen = 0, bound = 0;
    for (const Count& count : counts_)
        what = std::max(what, count.what.size());
    for (const Check& check : checks_) {
        what = std::max(what, check.what.size());
        seen = std::max(seen, check.seen.size());
        bound = std::max(bound, check.bound.size());
    }
    const auto column = [&](const std::string& text, std::size_t width) {
        out << std::left << std::setw(static_cast<int>(width) + 2) << text;
    };
    for (const Count& count : counts_) {
        column(count.what, what);
        out << count.count << '\n';
    }
    out << '\n';
    for (const Check& check : checks_) {
        column(check.what, what);
        column(check.seen, seen);
        column(check.bound, bound);
        out << (check.holds ? "ok" : "FAILED") << '\n';
    }
    out << '\n';
    out << notes_;
    const auto failed = std::ranges::count(checks_, false, &Check::holds);
    if (failed == 0)
        out << "all of " << checks_.size() << " checks hold\n";
    else
        out << failed << " of " << checks_.size() << " checks FAILED\n";
}

}  // namespace samovar::torture
