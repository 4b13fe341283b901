#include "client/cli/run/texts.hpp"

#include <cstring>

#include "client/cli/exit_code.hpp"
#include "client/cli/files.hpp"
#include "client/cli/run/outputs.hpp"

namespace samovar::cli {
namespace {

Result<std::vector<std::string>> texts_of(const RunRequest& request, std::size_t job) {
    if (request.files.empty()) return request.texts;
    const Result<std::vector<std::byte>> file = read_file(request.files[job]);
    if (!file) return file.error();
    return lines_of({reinterpret_cast<const char*>(file->data()), file->size()});
}

Output output_of(const TextModel& model, const TextAnswer& answer) {
    Output output;
    output.name = model.labels().empty() ? "embeddings" : "probabilities";
    output.dtype = DType::float32;
    output.shape = {answer.rows(), answer.columns};
    const auto bytes = std::as_bytes(std::span(answer.values));
    output.data.assign(bytes.begin(), bytes.end());
    return output;
}

Result<void> run_in(const TextJobs& jobs, std::size_t job, const std::stop_token& stop,
                    JobReport& report) {
    Result<std::vector<std::string>> texts = texts_of(jobs.request, job);
    if (!texts) return texts.error();
    if (texts->empty()) return Error{Errc::bad_input, "the file holds no line", "", 0, 0};
    if (stop.stop_requested())
        return Error{Errc::cancelled, "cancelled before it was begun", "", 0, 0};
    TextOptions options;
    options.timeout = jobs.request.timeout;
    options.keep_alive = jobs.request.keep_alive;
    options.priority = jobs.request.priority;
    options.no_cache = jobs.request.no_cache;
    if (jobs.request.deadline)
        options.deadline = std::chrono::steady_clock::now() + *jobs.request.deadline;
    options.on_progress = jobs.on_progress;
    const auto begin = std::chrono::steady_clock::now();
    Result<TextAnswer> answer = jobs.model.run(*texts, options);
    report.wall = std::chrono::steady_clock::now() - begin;
    if (!answer) return answer.error();
    report.timings = answer->timings;
    // Labels are for people; embeddings are written as any other tensor is.
    const bool shown = !jobs.model.labels().empty();
    if (!shown || jobs.places.kind() != Places::Kind::unsaid) {
        Result<Kept> kept = keep(output_of(jobs.model, *answer), jobs.places, job, false);
        if (!kept) return kept.error();
        report.outputs.push_back(std::move(*kept));
    }
    report.texts = TextReport{*std::move(texts), jobs.model.labels(), *std::move(answer)};
    return {};
}

}  // namespace

bool takes_texts(const ModelInfo& model) {
    return model.summary.task == "classify-text" || model.summary.task == "embed-text";
}

Result<void> take_texts(RunRequest& request, const ModelInfo& model) {
    const std::string given = request.texts.empty() ? "--file" : "--text";
    if (!takes_texts(model)) {
        if (request.texts.empty() && request.text_files.empty()) return {};
        return usage_error(given + " is for models of texts, and " + request.model +
                               " is of task " + model.summary.task,
                           "`samovar models` shows which there are");
    }
    const bool others = !request.inputs.empty() || !request.params.empty();
    if (others)
        return usage_error("a model of texts takes neither --input nor --param",
                           "give --text, --file, or texts on standard input");
    request.files.insert(request.files.end(), request.text_files.begin(), request.text_files.end());
    request.text_files.clear();
    if (!request.texts.empty() && !request.files.empty())
        return usage_error("both --text and a file are given", "give one of the two");
    if (request.texts.empty() && request.files.empty()) request.files = {"-"};
    return {};
}

std::vector<std::string> lines_of(std::string_view file) {
    std::vector<std::string> lines;
    while (!file.empty()) {
        const std::size_t end = file.find('\n');
        std::string_view line = file.substr(0, end);
        file.remove_prefix(end == file.npos ? file.size() : end + 1);
        if (line.ends_with('\r')) line.remove_suffix(1);
        lines.emplace_back(line);
    }
    return lines;
}

JobReport run_text_job(const TextJobs& jobs, std::size_t job, const std::stop_token& stop) {
    JobReport report;
    if (!jobs.request.files.empty()) report.file = jobs.request.files[job];
    if (Result<void> done = run_in(jobs, job, stop, report); !done) report.error = done.error();
    return report;
}

}  // namespace samovar::cli
