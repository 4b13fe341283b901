// Metrics as text.

#include "daemon/metrics/exposition.hpp"

#include <gtest/gtest.h>

namespace samovar::daemon {
namespace {

using Type = Exposition::Type;

TEST(Exposition, has_help_and_type_before_the_first_sample_of_a_family) {
    Exposition out;
    out.family("a_total", Type::counter, "Things.");
    out.count({{"model", "x"}}, 3);
    out.count({{"model", "y"}, {"why", "z"}}, 0);
    EXPECT_EQ(out.take(),
              "# HELP a_total Things.\n# TYPE a_total counter\na_total{model=\"x\"} 3\n"
              "a_total{model=\"y\",why=\"z\"} 0\n");
}

TEST(Exposition, says_nothing_of_a_family_without_samples) {
    Exposition out;
    out.family("a_total", Type::counter, "Things.");
    out.family("b", Type::gauge, "Others.");
    out.value({}, 0.25);
    EXPECT_EQ(out.take(), "# HELP b Others.\n# TYPE b gauge\nb 0.25\n");
}

TEST(Exposition, escapes_what_would_end_a_label_or_a_line) {
    Exposition out;
    out.family("a", Type::gauge, "One\\two\nthree \"four\".");
    out.count({{"x", "\\\"\n"}}, 1);
    EXPECT_EQ(out.take(),
              "# HELP a One\\\\two\\nthree \"four\".\n# TYPE a gauge\na{x=\"\\\\\\\"\\n\"} 1\n");
}

TEST(Exposition, writes_whole_numbers_in_full) {
    Exposition out;
    out.family("a", Type::gauge, "Things.");
    out.count({}, 18'446'744'073'709'551'615U);
    EXPECT_NE(out.take().find("a 18446744073709551615\n"), std::string::npos);
}

TEST(Exposition, has_buckets_that_hold_all_below_them) {
    Histogram times;
    times.add(50'000);             // within the first bound
    times.add(1'000'000);          // on a bound
    times.add(60'000'000'000ULL);  // beyond the last
    Exposition out;
    out.family("a_seconds", Type::histogram, "Times.");
    out.histogram({{"model", "x"}}, times);
    const std::string text = out.take();
    for (const char* line :
         {"a_seconds_bucket{model=\"x\",le=\"1e-04\"} 1\n",
          "a_seconds_bucket{model=\"x\",le=\"5e-04\"} 1\n",
          "a_seconds_bucket{model=\"x\",le=\"0.001\"} 2\n",
          "a_seconds_bucket{model=\"x\",le=\"30\"} 2\n",
          "a_seconds_bucket{model=\"x\",le=\"+Inf\"} 3\n", "a_seconds_sum{model=\"x\"} 60.00105\n",
          "a_seconds_count{model=\"x\"} 3\n"})
        EXPECT_NE(text.find(line), std::string::npos) << line << text;
}

}  // namespace
}  // namespace samovar::daemon
