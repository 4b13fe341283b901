#pragma once
// `samovar run` with a model of texts: lines in, a label or an embedding of each out.

#include <functional>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include <samovar/texts.hpp>

#include "client/cli/run/places.hpp"
#include "client/cli/run/report.hpp"

namespace samovar::cli {

bool takes_texts(const ModelInfo& model);

// What the command line says of texts, put into the request: --text is one job of all its texts,
// and each file (also those of --file, and standard input where nothing is named) is a job of its
// lines. Errors: `invalid_argument`, for what goes only with other models, too.
Result<void> take_texts(RunRequest& request, const ModelInfo& model);

// The lines of a file, without their ends. An empty line is an empty text.
std::vector<std::string> lines_of(std::string_view file);

// What all jobs of a command share. Outlives them; each part is for any thread.
struct TextJobs {
    const TextModel& model;
    const RunRequest& request;
    const Places& places;
    std::function<void(const Progress&)> on_progress;  // may be empty
};

// Reads the texts of `job`, runs them, and writes what comes back. On any thread. Ends as
// `cancelled` where `stop` comes before it was submitted.
JobReport run_text_job(const TextJobs& jobs, std::size_t job, const std::stop_token& stop);

}  // namespace samovar::cli
