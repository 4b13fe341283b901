#pragma once
// Prometheus' text form, read strictly: what its own parser forgives, or a linter complains of, is
// an error here.

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <samovar/error.hpp>

#include "client/cli/json.hpp"

namespace samovar::cli {

struct MetricSample {
    std::string name;  // the family's, or with _bucket, _sum, _count behind
    std::vector<std::pair<std::string, std::string>> labels;
    std::string value;  // a number, as it was written
};

struct MetricFamily {
    std::string name, type, help;
    std::vector<MetricSample> samples;
};

// Errors: `invalid_argument`, with the line: a sample that does not stand behind the help and the
// type of its family, a family or a series that comes twice, a name, a label or a number that is
// none, a histogram whose buckets do not rise or do not end in what it counts.
Result<std::vector<MetricFamily>> parse_exposition(std::string_view text);

// [{"name", "type", "help", "samples": [{"name", "labels": {NAME: VALUE}, "value"}]}]
Json to_json(const std::vector<MetricFamily>& families);

}  // namespace samovar::cli
