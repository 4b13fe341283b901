#include "daemon/metrics/text.hpp"

#include <array>

namespace samovar::daemon {
namespace {

using ipc::Residency;

constexpr std::array kStates{Residency::cold,    Residency::loading,  Residency::hot,
                             Residency::parking, Residency::parked,   Residency::waking,
                             Residency::failed,  Residency::unloading};

std::uint64_t pressed(const ModelCounts::ByCause& moves) {
    const auto found = moves.find("pressure");
    return found == moves.end() ? 0 : found->second;
}

}  // namespace

std::string Metrics::text(const ipc::StatusReport& now, const ProcessReading& process,
                          const MaySee& may_see) {
    std::set<std::string> names;
    for (const ipc::ModelStatus& model : now.models)
        names.insert(model.name);
    models_.present(names);
    MetricsText text(*this, now, may_see);
    text.daemon(process);
    text.sessions();
    text.jobs();
    text.times();
    text.residency();
    text.moves();
    text.caches();
    text.workers();
    text.devices();
    text.triton_jobs();
    text.triton_devices();
    return text.take();
}

void MetricsText::gauge(std::string_view name, std::string_view help, std::uint64_t value) {
    out_.family(name, Type::gauge, help);
    out_.count({}, value);
}

void MetricsText::counter(std::string_view name, std::string_view help, std::uint64_t value) {
    out_.family(name, Type::counter, help);
    out_.count({}, value);
}

void MetricsText::count_by_model(std::string_view name, std::string_view help,
                                 std::uint64_t (*count)(const ModelCounts&)) {
    by_model(name, Type::counter, help, [&](const std::string& model, const ModelCounts& counts) {
        out_.count({{"model", model}}, count(counts));
    });
}

void MetricsText::seconds_by_model(std::string_view name, std::string_view help,
                                   std::uint64_t (*ns)(const ModelCounts&)) {
    by_model(name, Type::counter, help, [&](const std::string& model, const ModelCounts& counts) {
        out_.seconds({{"model", model}}, ns(counts));
    });
}

void MetricsText::moves_by_cause(std::string_view name, std::string_view help,
                                 const ModelCounts::ByCause ModelCounts::*moves) {
    by_model(name, Type::counter, help, [&](const std::string& model, const ModelCounts& counts) {
        for (const auto& [cause, count] : counts.*moves)
            out_.count({{"model", model}, {"cause", cause}}, count);
    });
}

void MetricsText::daemon(const ProcessReading& process) {
    out_.family("samovar_build_info", Type::gauge, "The daemon's version; always 1.");
    out_.count({{"version", SAMOVAR_VERSION}}, 1);
    out_.family("process_start_time_seconds", Type::gauge, "When the daemon began, since 1970.");
    out_.value({}, process.start_seconds);
    out_.family("process_cpu_seconds_total", Type::counter, "Processor time of the daemon itself.");
    out_.value({}, process.cpu_seconds);
    gauge("process_resident_memory_bytes", "Memory of the daemon itself.", process.resident_bytes);
    gauge("process_virtual_memory_bytes", "Addresses of the daemon itself.", process.virtual_bytes);
    gauge("process_open_fds", "Open descriptors of the daemon.", process.open_fds);
    gauge("process_max_fds", "How many descriptors the daemon may have.", process.max_fds);
}

void MetricsText::sessions() {
    counter("samovar_sessions_total", "Sessions that callers have opened.", metrics_.sessions_);
    gauge("samovar_sessions", "Sessions that are open.", now_.sessions);
    gauge("samovar_channels", "Channels that are open.", now_.channels);
    gauge("samovar_channel_bytes", "Memory of the channels that are open.", now_.channel_bytes);
    out_.family("samovar_errors_total", Type::counter,
                "Errors that callers were told, by their code; those of jobs, too.");
    for (const auto& [code, count] : metrics_.errors_)
        out_.count({{"code", to_string(code)}}, count);
}

void MetricsText::jobs() {
    by_model("samovar_jobs_total", Type::counter, "Jobs of callers that have ended, by how.",
             [&](const std::string& model, const ModelCounts& counts) {
                 for (const JobOutcome outcome : kJobOutcomes)
                     out_.count({{"model", model}, {"outcome", outcome_name(outcome)}},
                                counts.of(outcome));
             });
    count_by_model("samovar_cold_starts_total", "Jobs that ran, and had to wait for a load before.",
                   [](const ModelCounts& counts) { return counts.cold_starts; });
    count_by_model("samovar_batches_total", "Batches that went to a worker, of one job or several.",
                   [](const ModelCounts& counts) { return counts.batches; });
    gauge("samovar_jobs", "Jobs of callers that are not done.", now_.jobs);
    now_by_model("samovar_jobs_waiting", "Jobs that wait, for their turn or for a load.",
                 [](const ipc::ModelStatus& model) { return model.queued; });
    now_by_model("samovar_jobs_running", "Jobs that a worker has.",
                 [](const ipc::ModelStatus& model) { return model.in_flight; });
}

void MetricsText::times() {
    // A model that was never called has none: most series are of histograms.
    const auto histogram = [&](std::string_view name, std::string_view help,
                               Histogram ModelCounts::*times) {
        by_model(name, Type::histogram, help,
                 [&](const std::string& model, const ModelCounts& counts) {
                     if ((counts.*times).count() > 0)
                         out_.histogram({{"model", model}}, counts.*times);
                 });
    };
    histogram("samovar_job_seconds", "From a job's coming to its answer, where that was good.",
              &ModelCounts::total);
    histogram("samovar_job_queue_seconds", "Of that, until it was sent to a worker.",
              &ModelCounts::queued);
    seconds_by_model("samovar_job_prepare_seconds_total",
                     "Of that in all, copying to the device and preprocessing.",
                     [](const ModelCounts& counts) { return counts.prepared_ns; });
    seconds_by_model("samovar_job_inference_seconds_total",
                     "Of that in all, the model's forward and nothing else.",
                     [](const ModelCounts& counts) { return counts.inferred_ns; });
    seconds_by_model("samovar_job_finish_seconds_total",
                     "Of that in all, postprocessing and writing the outputs.",
                     [](const ModelCounts& counts) { return counts.finished_ns; });
}

void MetricsText::residency() {
    out_.family("samovar_models", Type::gauge, "Models by where they are.");
    for (const Residency state : kStates) {
        std::uint64_t count = 0;
        for (const ipc::ModelStatus& model : now_.models)
            count += model.residency == state && may_see_(model.name) ? 1 : 0;
        out_.count({{"state", to_string(state)}}, count);
    }
    out_.family("samovar_model_state", Type::gauge, "1 for where a model is, else 0.");
    for (const ipc::ModelStatus& model : now_.models)
        if (metrics_.models_.has(model.name) && may_see_(model.name))
            for (const Residency state : kStates)
                out_.count({{"model", model.name}, {"state", to_string(state)}},
                           model.residency == state ? 1 : 0);
    now_by_model("samovar_model_device_bytes", "What a model holds of its device.",
                 [](const ipc::ModelStatus& model) { return model.device_bytes; });
    now_by_model("samovar_model_host_bytes", "What a model that is parked holds of memory.",
                 [](const ipc::ModelStatus& model) { return model.host_bytes; });
}

void MetricsText::moves() {
    moves_by_cause("samovar_model_loads_total", "Loads that have ended well, by cause.",
                   &ModelCounts::loads);
    moves_by_cause("samovar_model_wakes_total", "Wake-ups of models that were parked, by cause.",
                   &ModelCounts::wakes);
    moves_by_cause("samovar_model_parks_total", "How often a model was parked, by cause.",
                   &ModelCounts::parks);
    moves_by_cause("samovar_model_unloads_total", "How often a model was unloaded, by cause.",
                   &ModelCounts::unloads);
    count_by_model("samovar_model_load_failures_total", "Loads that have failed.",
                   [](const ModelCounts& counts) { return counts.load_failures; });
    count_by_model(
        "samovar_evictions_total", "How often a model had to leave for others.",
        [](const ModelCounts& counts) { return pressed(counts.parks) + pressed(counts.unloads); });
    by_model("samovar_model_load_seconds", Type::summary, "How long loads took.",
             [&](const std::string& model, const ModelCounts& counts) {
                 out_.summary({{"model", model}}, sum_of(counts.loads), counts.load_ns);
             });
    by_model("samovar_model_wake_seconds", Type::summary, "How long wake-ups took.",
             [&](const std::string& model, const ModelCounts& counts) {
                 out_.summary({{"model", model}}, sum_of(counts.wakes), counts.wake_ns);
             });
}

void MetricsText::caches() {
    count_by_model("samovar_cache_hits_total", "Jobs that were answered with a kept result.",
                   [](const ModelCounts& counts) { return counts.of(JobOutcome::cached); });
    now_by_model("samovar_cache_bytes", "Results that a model keeps.",
                 [](const ipc::ModelStatus& model) { return model.cache.kept.bytes; });
    now_by_model("samovar_cache_results", "How many results a model keeps.",
                 [](const ipc::ModelStatus& model) { return model.cache.kept.count; });
    now_by_model("samovar_cache_limit_bytes", "What a model may keep of results; 0: none.",
                 [](const ipc::ModelStatus& model) { return model.cache.limit; });
}

}  // namespace samovar::daemon
