#include "client/cli/json.hpp"

#include <cmath>

namespace samovar::cli {

double microseconds(std::chrono::nanoseconds time) noexcept {
    return std::round(static_cast<double>(time.count()) / 100.0) / 10.0;
}

Json to_json(const Error& error) {
    Json json{{"code", to_string(error.code)}, {"message", error.message}, {"hint", error.hint}};
    if (error.needed != 0) json["needed"] = error.needed;
    if (error.retry_after_ms != 0) json["retry_after_ms"] = error.retry_after_ms;
    return json;
}

Json to_json(const Timings& timings) {
    return {{"queued", microseconds(timings.queued)},
            {"prepared", microseconds(timings.prepared)},
            {"inferred", microseconds(timings.inferred)},
            {"finished", microseconds(timings.finished)},
            {"total", microseconds(timings.total)}};
}

Json to_json(const CacheStatus& cache) {
    if (cache.limit == 0) return nullptr;
    return {{"limit_bytes", cache.limit},
            {"bytes", cache.bytes},
            {"results", cache.results},
            {"hits", cache.hits}};
}

Json to_json(const ModelSummary& model) {
    return {{"name", model.name},
            {"task", model.task},
            {"device", model.device},
            {"version", model.version},
            {"residency", to_string(model.residency)},
            {"description", model.description},
            {"problem", model.problem}};
}

Json to_json(const LoadReport& report) {
    Json phases = Json::array();
    for (const LoadPhase& phase : report.phases)
        phases.push_back(
            {{"name", phase.name}, {"us", microseconds(phase.time)}, {"bytes", phase.bytes}});
    Json in_force = Json::object();
    for (const LoadFact& fact : report.facts)
        in_force[fact.name] = fact.value;
    return {{"was_hot", report.was_hot},
            {"code", report.code},
            {"device", report.device},
            {"weight_bytes", report.weight_bytes},
            {"mapped_weights", report.mapped_weights},
            {"threads", report.threads},
            {"total_us", microseconds(report.total)},
            {"in_force", std::move(in_force)},
            {"phases", std::move(phases)}};
}

Json to_json(const ReloadEntry& entry) {
    return {{"model", entry.model}, {"outcome", entry.outcome}, {"problem", entry.problem}};
}

std::string to_text(const Json& json, bool indented) {
    return json.dump(indented ? 2 : -1, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace samovar::cli
