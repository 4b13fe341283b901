#include "client/cli/run/report.hpp"

namespace samovar::cli {
namespace {

const char* status_of(const JobReport& report) {
    if (!report.error) return "done";
    return report.error->code == Errc::cancelled ? "cancelled" : "failed";
}

Json to_json(const Kept& kept) {
    Json json{{"name", kept.name}, {"dtype", to_string(kept.dtype)}, {"shape", kept.shape}};
    if (!kept.file.empty()) json["file"] = kept.file;
    if (kept.values) json["values"] = *kept.values;
    return json;
}

}  // namespace

bool holds_for_all(const Error& error) noexcept {
    return error.code == Errc::no_daemon || error.code == Errc::shutting_down;
}

Json to_json(const JobReport& report) {
    Json outputs = Json::array();
    Json first;
    for (const Kept& kept : report.outputs) {
        outputs.push_back(to_json(kept));
        if (first.is_null() && !kept.file.empty()) first = kept.file;
    }
    Json json{{"file", report.file.empty() ? Json() : Json(report.file)},
              {"output", std::move(first)},
              {"status", status_of(report)},
              {"error", report.error ? to_json(*report.error) : Json()},
              {"timings_us", report.timings ? to_json(*report.timings) : Json()},
              {"wall_us", report.timings ? Json(microseconds(report.wall)) : Json()},
              {"cached", report.timings && report.timings->cached},
              {"outputs", std::move(outputs)}};
    if (report.texts) {
        json["texts"] = texts_to_json(*report.texts);
        json["details"] = details_to_json(*report.texts);
    }
    return json;
}

std::string to_lines(const JobReport& report, bool several) {
    std::string lines;
    Json printed = Json::object();
    for (const Kept& kept : report.outputs) {
        if (!kept.file.empty()) lines += kept.file + "\n";
        if (kept.values) printed[kept.name] = *kept.values;
    }
    if (!printed.empty()) lines += (several ? report.file + ": " : "") + to_text(printed, false);
    const bool labels = report.texts && !report.texts->labels.empty() && report.outputs.empty();
    if (labels) lines += (several ? report.file + ":\n" : "") + labels_in_words(*report.texts);
    return lines;
}

}  // namespace samovar::cli
