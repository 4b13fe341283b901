#pragma once
// What became of one job of `samovar run`, and how it is told.

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include <samovar/job.hpp>

#include "client/cli/json.hpp"
#include "client/cli/run/text_report.hpp"

namespace samovar::cli {

// One output: in a file, printed, or to go to standard output.
struct Kept {
    std::string name;
    DType dtype{};
    Shape shape;
    std::string file;               // where it was written; empty else
    std::optional<Json> values;     // where it is printed
    std::vector<std::byte> stream;  // where it is to go to standard output
};

struct JobReport {
    std::string file;  // as it was given; empty where there was none
    std::optional<Error> error;
    std::vector<Kept> outputs;
    std::optional<Timings> timings;
    std::optional<TextReport> texts;  // of a model of texts
    std::chrono::nanoseconds wall{};  // from submitting to the answer, in this process
};

// Whether what ended a job would end every other one, too: there is no daemon, or it is about to
// go.
bool holds_for_all(const Error& error) noexcept;

// {"file", "output", "status", "error", "timings_us", "wall_us", "cached", "outputs"}, and of texts
// "texts" and "details". `status` is "done", "failed" or "cancelled"; `output` is the first file
// that was written, or null.
Json to_json(const JobReport& report);

// Without --json: the paths that were written, one a line; or {"OUTPUT": values} on one line, after
// the file's name and a colon where there are several; or a table of labels, below that.
std::string to_lines(const JobReport& report, bool several);

}  // namespace samovar::cli
