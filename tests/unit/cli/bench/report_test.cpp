#include "client/cli/bench/report.hpp"

#include <gmock/gmock.h>

namespace samovar::cli {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

LevelReport level(double number, double rate, bool held) {
    LevelReport made;
    made.level = number;
    made.calls = made.done = 100;
    made.rate = {rate, rate - 1, rate + 1};
    made.median = {1e6, 0.9e6, 1.1e6};
    made.percentile = {5e6, 4e6, std::nullopt};
    made.mean = 2e6;
    made.queue = 0.5e6;
    made.device = 1.2e6;
    made.overhead = 0.3e6;
    made.held = held;
    return made;
}

BenchReport report() {
    BenchReport made;
    made.model = "selfie";
    made.objective = std::chrono::milliseconds(4);
    made.levels = {level(1, 60, true), level(4, 200, false), level(2, 110, true)};
    made.best = 2;
    return made;
}

TEST(BenchReport, HasALineALevelInTheirOrder) {
    const std::string lines = to_lines(report(), {});
    EXPECT_THAT(lines, StartsWith("CALLERS  CALLS/S  +-"));
    EXPECT_LT(lines.find("\n      1 "), lines.find("\n      2 "));
    EXPECT_LT(lines.find("\n      2 "), lines.find("\n      4 "));
    EXPECT_THAT(lines, HasSubstr("5.00 ms (4.00 ms..?)"));
    EXPECT_THAT(lines, HasSubstr("no\n"));
}

TEST(BenchReport, SaysWhichLevelHoldsTheObjective) {
    EXPECT_EQ(verdict(report()), "2 callers hold a p99 of 4.00 ms: 110 calls/s answered");
    BenchReport made = report();
    made.best.reset();
    EXPECT_EQ(verdict(made), "no level holds a p99 of 4.00 ms");
    made.objective.reset();
    EXPECT_EQ(verdict(made), "");
}

TEST(BenchReport, AnOpenLoopIsToldInCallsASecond) {
    BenchReport made = report();
    made.open = true;
    EXPECT_THAT(to_lines(made, {}), StartsWith("SENT/S"));
    EXPECT_EQ(verdict(made), "2 calls/s sent hold a p99 of 4.00 ms: 110 calls/s answered");
    EXPECT_EQ(to_json(made)["levels"][0]["sent_per_second"], 1.0);
}

TEST(BenchReport, TheJsonHasNullWhereNothingIsKnown) {
    const Json json = to_json(report());
    EXPECT_EQ(json["best"], 2.0);
    EXPECT_EQ(json["levels"][0]["percentile_us"], 5000.0);
    EXPECT_TRUE(json["levels"][0]["percentile_high_us"].is_null());
    EXPECT_TRUE(json["levels"][0]["jobs_a_batch"].is_null());
}

TEST(BenchReport, TheCsvHasAHeadingAndAsManyColumnsInEachLine) {
    const std::string csv = to_csv(report());
    EXPECT_THAT(csv, StartsWith("callers,calls,done,busy,too_late,failed,calls_per_second,"));
    std::vector<std::ptrdiff_t> commas;
    std::size_t begin = 0;
    for (std::size_t end; (end = csv.find('\n', begin)) != csv.npos; begin = end + 1)
        commas.push_back(std::count(csv.begin() + static_cast<std::ptrdiff_t>(begin),
                                    csv.begin() + static_cast<std::ptrdiff_t>(end), ','));
    ASSERT_EQ(commas.size(), 4U);
    EXPECT_THAT(commas, testing::Each(commas[0]));
}

TEST(BenchReport, TheChartGoesFromFewCallsToMany) {
    const Chart chart = chart_of(report());
    ASSERT_EQ(chart.series.size(), 2U);
    ASSERT_EQ(chart.series[1].points.size(), 3U);
    EXPECT_EQ(chart.series[1].name, "p99");
    EXPECT_EQ(chart.series[1].points[1].x, 110);
    EXPECT_EQ(chart.series[1].points[1].y, 5);
}

}  // namespace
}  // namespace samovar::cli
