#pragma once
// How a bench is told: a table, JSON, CSV, a chart. Pure.

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "client/cli/bench/level.hpp"
#include "client/cli/console.hpp"
#include "client/cli/simulate/chart.hpp"

namespace samovar::cli {

struct BenchReport {
    std::string model;
    bool open = false;  // levels are calls a second, else callers
    double percentile = 99;
    std::optional<std::chrono::nanoseconds> objective{};
    std::chrono::nanoseconds warm_up{}, measured{};
    std::vector<LevelReport> levels;  // in the order in which they were measured
    std::optional<double> best{};     // the level that held the objective
};

// A line a level.
std::string to_lines(const BenchReport& report, const Stream& stream);
// "12 callers hold a p99 of 20 ms: 812 calls/s"; empty without an objective.
std::string verdict(const BenchReport& report);

Json to_json(const BenchReport& report);
// A heading, and a line a level; times in microseconds.
std::string to_csv(const BenchReport& report);
// The latency over the answers a second.
Chart chart_of(const BenchReport& report);

}  // namespace samovar::cli
