// Prometheus' text form, read strictly.

#include "client/cli/metrics/exposition.hpp"

#include <gmock/gmock.h>

namespace samovar::cli {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Pair;

std::vector<MetricFamily> families(const std::string& text) {
    const auto parsed = parse_exposition(text);
    EXPECT_TRUE(parsed) << parsed.error().message;
    return parsed ? *parsed : std::vector<MetricFamily>();
}

// What is wrong with a gauge "a" whose samples these are; "" where nothing is.
std::string fault_of(const std::string& samples, const std::string& type = "gauge") {
    const auto parsed = parse_exposition("# HELP a Things.\n# TYPE a " + type + "\n" + samples);
    return parsed ? "" : parsed.error().message;
}

TEST(AnExposition, is_families_of_samples_with_labels) {
    const auto all = families(
        "# HELP a_total Things.\n# TYPE a_total counter\na_total{model=\"x\",why=\"y\"} 3\n"
        "# HELP b Others: with \\n.\n# TYPE b gauge\nb 0.25\n");
    ASSERT_EQ(all.size(), 2U);
    EXPECT_EQ(all[0].name, "a_total");
    EXPECT_EQ(all[0].type, "counter");
    EXPECT_EQ(all[0].help, "Things.");
    EXPECT_THAT(all[0].samples.at(0).labels, ElementsAre(Pair("model", "x"), Pair("why", "y")));
    EXPECT_EQ(all[0].samples.at(0).value, "3");
    EXPECT_EQ(all[1].samples.at(0).value, "0.25");
}

TEST(AnExposition, has_escapes_in_the_values_of_labels) {
    const auto all = families("# HELP a Things.\n# TYPE a gauge\na{x=\"a\\\\b\\\"c\\nd,}\"} 1\n");
    EXPECT_EQ(all.at(0).samples.at(0).labels.at(0).second, "a\\b\"c\nd,}");
}

TEST(AnExposition, is_refused_where_a_sample_is_of_another_family) {
    EXPECT_THAT(fault_of("b 1\n"), HasSubstr("line 3: b does not stand behind its type"));
    EXPECT_THAT(fault_of("a_sum 1\n"), HasSubstr("does not stand behind"));
}

TEST(AnExposition, is_refused_where_something_comes_twice) {
    EXPECT_THAT(fault_of("a{x=\"1\"} 1\na{x=\"1\"} 2\n"), HasSubstr("a series twice"));
    EXPECT_THAT(fault_of("a{x=\"1\",x=\"2\"} 1\n"), HasSubstr("label x stands twice"));
    EXPECT_THAT(fault_of("a 1\n# HELP a Things.\n"), HasSubstr("comes twice"));
}

TEST(AnExposition, is_refused_where_a_line_is_malformed) {
    for (const char* line :
         {"a\n", "a x\n", "a{x=1} 1\n", "a{x=\"1} 1\n", "a{1x=\"1\"} 1\n", "a{x=\"\\t\"} 1\n", "\n",
          "# a comment\n", "a 1 \n", "a  1\n", "a{x=\"1\" 1\n"})
        EXPECT_NE(fault_of(line), "") << line;
    EXPECT_THAT(fault_of("a 1"), HasSubstr("the last line does not end"));
}

TEST(AnExposition, is_refused_where_a_family_is_empty_or_of_no_type) {
    EXPECT_THAT(fault_of(""), HasSubstr("a has no samples"));
    EXPECT_THAT(fault_of("a 1\n", "number"), HasSubstr("\"number\" is no type"));
}

TEST(AnExposition, is_refused_where_a_counter_is_below_0) {
    EXPECT_THAT(fault_of("a -1\n", "counter"), HasSubstr("a counter below 0"));
}

TEST(AnExposition, is_refused_where_buckets_do_not_rise_to_what_is_counted) {
    const std::string good =
        "a_bucket{le=\"1\"} 2\na_bucket{le=\"+Inf\"} 3\na_sum 4.5\na_count 3\n";
    EXPECT_EQ(fault_of(good, "histogram"), "");
    EXPECT_THAT(fault_of("a_bucket{le=\"1\"} 4\na_bucket{le=\"+Inf\"} 3\n", "histogram"),
                HasSubstr("do not rise"));
    EXPECT_THAT(fault_of("a_bucket{le=\"1\"} 3\na_sum 1\na_count 3\n", "histogram"),
                HasSubstr("last bucket"));
}

TEST(AnExposition, as_json_has_numbers_as_they_are) {
    const Json json = to_json(families(
        "# HELP a Things.\n# TYPE a gauge\na{x=\"1\"} 18446744073709551615\na{x=\"2\"} 0.5\n"));
    EXPECT_EQ(json[0]["samples"][0]["value"], 18'446'744'073'709'551'615U);
    EXPECT_EQ(json[0]["samples"][1]["value"], 0.5);
    EXPECT_EQ(json[0]["samples"][1]["labels"]["x"], "2");
}

}  // namespace
}  // namespace samovar::cli
