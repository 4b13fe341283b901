// The names of Triton Inference Server, where they mean what is counted here, so that dashboards
// made for it show Samovar, too; docs/metrics.md has the table. Triton's are named before
// Prometheus' conventions, and so are these.

#include <array>

#include "daemon/metrics/text.hpp"

namespace samovar::daemon {
namespace {

// The daemon counts over all versions of a model.
constexpr std::string_view kVersion = "1";

}  // namespace

void MetricsText::microseconds_by_model(std::string_view name, std::string_view help,
                                        std::uint64_t (*ns)(const ModelCounts&)) {
    by_model(name, Type::counter, help, [&](const std::string& model, const ModelCounts& counts) {
        out_.count({{"model", model}, {"version", kVersion}}, ns(counts) / 1000);
    });
}

void MetricsText::triton_jobs() {
    const auto counted = [&](std::string_view name, std::string_view help,
                             std::uint64_t (*count)(const ModelCounts&)) {
        by_model(name, Type::counter, help,
                 [&](const std::string& model, const ModelCounts& counts) {
                     out_.count({{"model", model}, {"version", kVersion}}, count(counts));
                 });
    };
    counted("nv_inference_request_success", "Jobs that were answered well.",
            [](const ModelCounts& counts) { return counts.answered(); });
    by_model(
        "nv_inference_request_failure", Type::counter, "Jobs that were not, by why.",
        [&](const std::string& model, const ModelCounts& counts) {
            const std::array reasons{
                std::pair("BACKEND", counts.of(JobOutcome::failed)),
                std::pair("REJECTED", counts.of(JobOutcome::refused) + counts.of(JobOutcome::late)),
                std::pair("CANCELED", counts.of(JobOutcome::withdrawn))};
            for (const auto& [reason, count] : reasons)
                out_.count({{"model", model}, {"reason", reason}, {"version", kVersion}}, count);
        });
    counted("nv_inference_count", "Jobs that were computed.",
            [](const ModelCounts& counts) { return counts.of(JobOutcome::done); });
    counted("nv_inference_exec_count", "Batches.",
            [](const ModelCounts& counts) { return counts.batches; });
    microseconds_by_model("nv_inference_request_duration_us", "From coming to answer, in all.",
                          [](const ModelCounts& counts) { return counts.total.sum_ns(); });
    microseconds_by_model("nv_inference_queue_duration_us", "Of that, waiting.",
                          [](const ModelCounts& counts) { return counts.queued.sum_ns(); });
    microseconds_by_model("nv_inference_compute_input_duration_us", "Of that, preparing.",
                          [](const ModelCounts& counts) { return counts.prepared_ns; });
    microseconds_by_model("nv_inference_compute_infer_duration_us", "Of that, inferring.",
                          [](const ModelCounts& counts) { return counts.inferred_ns; });
    microseconds_by_model("nv_inference_compute_output_duration_us", "Of that, finishing.",
                          [](const ModelCounts& counts) { return counts.finished_ns; });
    counted("nv_cache_num_hits_per_model", "Jobs that were answered with a kept result.",
            [](const ModelCounts& counts) { return counts.of(JobOutcome::cached); });
    out_.family("nv_inference_pending_request_count", Type::gauge, "Jobs that wait.");
    for (const ipc::ModelStatus& model : now_.models)
        if (metrics_.models_.has(model.name) && may_see_(model.name))
            out_.count({{"model", model.name}, {"version", kVersion}}, model.queued);
}

void MetricsText::triton_devices() {
    const auto by_gpu = [&](std::string_view name, std::string_view help, auto value) {
        out_.family(name, Type::gauge, help);
        for (const ipc::DeviceStatus& device : now_.devices)
            if (!device.uuid.empty() && device.total > 0)
                out_.count({{"gpu_uuid", device.uuid}}, value(device));
    };
    by_gpu("nv_gpu_memory_total_bytes", "A GPU's memory.",
           [](const ipc::DeviceStatus& device) { return device.total; });
    by_gpu("nv_gpu_memory_used_bytes", "What of it is in use.",
           [](const ipc::DeviceStatus& device) {
               return device.total - std::min(device.total, device.free);
           });
}

}  // namespace samovar::daemon
