#include "client/cli/bench/report.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "client/cli/table.hpp"
#include "client/cli/words.hpp"

namespace samovar::cli {
namespace {

std::string in_words(double ns) {
    return time_in_words(std::chrono::nanoseconds(std::llround(ns)));
}

double in_us(double ns) {
    return std::round(ns / 100) / 10;
}

// Whole where it is large enough that nobody asks for more.
std::string rate_in_words(double rate) {
    return rate < 100 ? fmt::format("{:.3g}", rate) : fmt::format("{:.0f}", rate);
}

std::string with_interval(const Estimate& estimate) {
    return fmt::format("{} ({}..{})", in_words(estimate.value),
                       estimate.low ? in_words(*estimate.low) : "?",
                       estimate.high ? in_words(*estimate.high) : "?");
}

std::string name_of(double percentile) {
    return fmt::format("p{:g}", percentile);
}

std::string capital_name_of(double percentile) {
    return fmt::format("P{:g}", percentile);
}

std::optional<double> in_us(const std::optional<double>& ns) {
    return ns ? std::optional(in_us(*ns)) : std::nullopt;
}

Json or_null(const std::optional<double>& value) {
    return value ? Json(*value) : Json();
}

std::vector<Table::Column> columns_of(const BenchReport& report) {
    constexpr auto kRight = Table::Align::right;
    std::vector<Table::Column> columns;
    std::vector<std::string> titles{report.open ? "SENT/S" : "CALLERS",
                                    "CALLS/S",
                                    "+-",
                                    "P50",
                                    capital_name_of(report.percentile) + " (95 % OF IT)",
                                    "QUEUE",
                                    "DEVICE",
                                    "OVERHEAD",
                                    "A BATCH",
                                    "BUSY",
                                    "TOO LATE",
                                    "FAILED"};
    if (report.objective) titles.emplace_back("HELD");
    columns.reserve(titles.size());
    for (std::string& title : titles)
        columns.push_back({std::move(title), kRight});
    return columns;
}

// Levels as people look them up, whatever order they were measured in.
std::vector<LevelReport> in_order(std::vector<LevelReport> levels) {
    std::sort(levels.begin(), levels.end(),
              [](const LevelReport& a, const LevelReport& b) { return a.level < b.level; });
    return levels;
}

Json level_to_json(const LevelReport& level, const BenchReport& report) {
    return {{report.open ? "sent_per_second" : "callers", level.level},
            {"calls", level.calls},
            {"done", level.done},
            {"busy", level.busy},
            {"too_late", level.too_late},
            {"failed", level.failed},
            {"calls_per_second", level.rate.value},
            {"calls_per_second_low", or_null(level.rate.low)},
            {"calls_per_second_high", or_null(level.rate.high)},
            {"p50_us", in_us(level.median.value)},
            {"percentile_us", in_us(level.percentile.value)},
            {"percentile_low_us", or_null(in_us(level.percentile.low))},
            {"percentile_high_us", or_null(in_us(level.percentile.high))},
            {"mean_us", in_us(level.mean)},
            {"queue_us", in_us(level.queue)},
            {"device_us", in_us(level.device)},
            {"overhead_us", in_us(level.overhead)},
            {"refusal_p50_us", in_us(level.refusal)},
            {"refusal_p99_us", in_us(level.slow_refusal)},
            {"jobs_a_batch", or_null(level.jobs_a_batch)},
            {"held", level.held}};
}

}  // namespace

std::string to_lines(const BenchReport& report, const Stream& stream) {
    Table table(columns_of(report));
    for (const LevelReport& level : in_order(report.levels)) {
        std::vector<Table::Cell> row{
            rate_in_words(level.level),
            rate_in_words(level.rate.value),
            rate_in_words(level.rate.high.value_or(0) - level.rate.value),
            level.done > 0 ? in_words(level.median.value) : "-",
            level.done > 0 ? with_interval(level.percentile) : "-",
            in_words(level.queue),
            in_words(level.device),
            in_words(level.overhead),
            level.jobs_a_batch ? fmt::format("{:.1f}", *level.jobs_a_batch) : "-",
            std::to_string(level.busy),
            std::to_string(level.too_late),
            std::to_string(level.failed)};
        if (report.objective)
            row.push_back(level.held ? Table::Cell("yes") : Table::Cell("no", Colour::red));
        table.add(std::move(row));
    }
    return table.to_text(stream);
}

std::string verdict(const BenchReport& report) {
    if (!report.objective) return "";
    const std::string objective =
        fmt::format("{} of {}", name_of(report.percentile), time_in_words(*report.objective));
    if (!report.best) return fmt::format("no level holds a {}", objective);
    const auto at = std::find_if(report.levels.begin(), report.levels.end(),
                                 [&](const auto& level) { return level.level == *report.best; });
    const std::string who = report.open
                                ? rate_in_words(*report.best) + " calls/s sent"
                                : count_of(static_cast<std::uint64_t>(*report.best), "caller");
    return fmt::format("{} hold a {}: {} calls/s answered", who, objective,
                       at == report.levels.end() ? "?" : rate_in_words(at->rate.value));
}

Json to_json(const BenchReport& report) {
    Json levels = Json::array();
    for (const LevelReport& level : in_order(report.levels))
        levels.push_back(level_to_json(level, report));
    return {{"model", report.model},
            {"loop", report.open ? "open" : "closed"},
            {"percentile", report.percentile},
            {"objective_us", report.objective ? Json(microseconds(*report.objective)) : Json()},
            {"warm_up_us", microseconds(report.warm_up)},
            {"measured_us", microseconds(report.measured)},
            {"best", or_null(report.best)},
            {"levels", std::move(levels)}};
}

std::string to_csv(const BenchReport& report) {
    std::string text;
    for (const LevelReport& level : in_order(report.levels)) {
        const Json json = level_to_json(level, report);
        std::string heading, line;
        for (const auto& [key, value] : json.items()) {
            heading += (heading.empty() ? "" : ",") + key;
            line += (line.empty() ? "" : ",") + (value.is_null() ? "" : value.dump());
        }
        if (text.empty()) text = heading + "\n";
        text += line + "\n";
    }
    return text;
}

Chart chart_of(const BenchReport& report) {
    Chart chart{.title = fmt::format("{}: latency and throughput", report.model),
                .x_label = "calls answered a second",
                .y_label = "milliseconds",
                .series = {}};
    const auto levels = in_order(report.levels);
    const auto add = [&](std::string name, const Estimate LevelReport::*of) {
        Chart::Series& series = chart.series.emplace_back();
        series.name = std::move(name);
        for (const LevelReport& level : levels)
            if (level.done > 0)
                series.points.push_back({level.rate.value, (level.*of).value / 1e6});
    };
    add("p50", &LevelReport::median);
    add(name_of(report.percentile), &LevelReport::percentile);
    return chart;
}

}  // namespace samovar::cli
