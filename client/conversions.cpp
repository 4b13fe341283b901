#include "client/conversions.hpp"

#include <utility>

namespace samovar {

std::string_view to_string(Residency residency) noexcept {
    return ipc::to_string(static_cast<ipc::Residency>(residency));
}

std::string_view to_string(WorkerState state) noexcept {
    return ipc::to_string(static_cast<ipc::WorkerState>(state));
}

std::string_view to_string(Confinement confinement) noexcept {
    return ipc::to_string(static_cast<ipc::Confinement>(confinement));
}

namespace client {
namespace {

using std::chrono::milliseconds;
using std::chrono::nanoseconds;

Residency to_public(ipc::Residency residency) {
    return static_cast<Residency>(residency);
}

LoadPhase to_public(ipc::Phase&& message) {
    return {std::move(message.name), nanoseconds(message.ns), message.bytes};
}

Axis to_public(ipc::Axis&& message) {
    return {std::move(message.name), message.min, message.max};
}

TensorSpec to_public(ipc::TensorSpec&& message) {
    TensorSpec spec{std::move(message.name), message.dtype, {}, message.image};
    for (ipc::Axis& axis : message.shape)
        spec.shape.push_back(to_public(std::move(axis)));
    return spec;
}

std::vector<TensorSpec> to_public(std::vector<ipc::TensorSpec>&& messages) {
    std::vector<TensorSpec> specs;
    specs.reserve(messages.size());
    for (ipc::TensorSpec& message : messages)
        specs.push_back(to_public(std::move(message)));
    return specs;
}

WorkerStatus to_public(ipc::WorkerStatus&& message) {
    return {std::move(message.name),
            static_cast<WorkerState>(message.state),
            message.pid,
            message.restarts,
            message.in_flight,
            message.resident_bytes,
            std::move(message.problem),
            static_cast<Confinement>(message.sandbox)};
}

CacheStatus to_public(const ipc::CacheStatus& message) {
    return {message.limit, message.kept.bytes, message.kept.count, message.hits};
}

ModelStatus to_public(ipc::ModelStatus&& message) {
    return {std::move(message.name),
            to_public(message.residency),
            std::move(message.worker),
            message.queued,
            message.in_flight,
            message.jobs_done,
            message.jobs_failed,
            message.weight_bytes,
            milliseconds(message.idle_ms),
            std::move(message.device),
            message.device_bytes,
            message.host_bytes,
            message.uses,
            message.cold_starts,
            message.changes,
            milliseconds(message.next_ms),
            std::move(message.next_rung),
            std::move(message.next_rule),
            message.measured,
            to_public(message.cache)};
}

std::optional<double> joules_of(const ipc::BroughtUp& up) {
    if (!up.tells_energy) return std::nullopt;
    return static_cast<double>(up.idle_millijoules) / 1000;
}

std::optional<std::uint64_t> limit_of(std::uint64_t limit) {
    return limit == ipc::DeviceStatus::kNoLimit ? std::nullopt : std::optional(limit);
}

DeviceStatus to_public(ipc::DeviceStatus&& message) {
    DeviceStatus device;
    device.name = std::move(message.name);
    device.description = std::move(message.description);
    device.uuid = std::move(message.uuid);
    if (message.total > 0) {
        device.total = message.total;
        device.free = message.free;
    }
    device.held = message.held;
    device.limit = limit_of(message.limit);
    device.lent = message.lent;
    device.problem = std::move(message.problem);
    return device;
}

}  // namespace

ModelSummary to_public(ipc::ModelSummary&& message) {
    return {std::move(message.name),   std::move(message.description), std::move(message.task),
            std::move(message.device), std::move(message.version),     to_public(message.residency),
            std::move(message.problem)};
}

LoadReport to_public(ipc::LoadReport&& message) {
    LoadReport report;
    report.code = std::move(message.code);
    report.device = std::move(message.device);
    report.weight_bytes = message.weight_bytes;
    report.mapped_weights = message.mapped_weights;
    report.threads = message.threads;
    report.total = nanoseconds(message.total_ns);
    for (ipc::Phase& phase : message.phases)
        report.phases.push_back(to_public(std::move(phase)));
    for (ipc::LoadFact& fact : message.facts)
        report.facts.push_back({std::move(fact.name), std::move(fact.value)});
    return report;
}

ModelInfo to_public(ipc::ModelInfo&& message) {
    ModelInfo info;
    info.summary = to_public(std::move(message.summary));
    info.folder = std::move(message.folder);
    info.inputs = to_public(std::move(message.inputs));
    info.outputs = to_public(std::move(message.outputs));
    info.isolation = std::move(message.isolation);
    info.max_run = milliseconds(message.max_run_ms);
    info.jobs_done = message.jobs_done;
    info.jobs_failed = message.jobs_failed;
    info.queued = message.queued;
    info.in_flight = message.in_flight;
    info.last_load = to_public(std::move(message.last_load));
    info.held_bytes = message.held_bytes;
    info.measured = message.measured;
    for (ipc::Label& label : message.labels)
        info.labels.push_back(std::move(label.name));
    info.batch_rows = message.batch_rows;
    info.batch_delay = milliseconds(message.batch_delay_ms);
    info.batches = message.batches;
    info.cache = to_public(message.cache);
    return info;
}

ReloadEntry to_public(ipc::ReloadEntry&& message) {
    return {std::move(message.model), std::move(message.outcome), std::move(message.problem)};
}

Explanation to_public(ipc::Explanation&& message) {
    return {to_public(message.residency),   std::move(message.cause),
            milliseconds(message.since_ms), std::move(message.rung),
            std::move(message.rule),        message.changes,
            milliseconds(message.next_ms),  std::move(message.next_rung),
            std::move(message.next_rule),   std::move(message.text)};
}

Event to_public(ipc::Event&& message) {
    Event event;
    event.at += milliseconds(message.at_ms);
    event.model = std::move(message.model);
    event.from = to_public(message.from);
    event.to = to_public(message.to);
    event.cause = std::move(message.cause);
    event.took = nanoseconds(message.took_ns);
    event.bytes = message.bytes;
    return event;
}

Warmth to_public(ipc::Warmth&& message) {
    Warmth warmth{message.uses, message.cold_starts, {}, {}, {}};
    warmth.since += milliseconds(message.since_ms);
    for (ipc::CallTimes& calls : message.calls)
        warmth.calls.push_back({std::move(calls.kind), calls.calls, nanoseconds(calls.p50_ns),
                                nanoseconds(calls.p99_ns)});
    for (ipc::BroughtUp& up : message.brought_up)
        warmth.brought_up.push_back(
            {std::move(up.cause), up.times, up.met, up.unmet, milliseconds(up.idle_ms),
             up.idle_byte_seconds,
             up.has_saved ? std::optional(milliseconds(up.saved_ms)) : std::nullopt,
             joules_of(up)});
    return warmth;
}

DaemonStatus to_public(ipc::StatusReport&& message) {
    DaemonStatus status;
    status.daemon = std::move(message.daemon);
    status.pid = message.pid;
    status.uptime = milliseconds(message.uptime_ms);
    status.sessions = message.sessions;
    status.channels = message.channels;
    status.channel_bytes = message.channel_bytes;
    status.jobs = message.jobs;
    for (ipc::WorkerStatus& worker : message.workers)
        status.workers.push_back(to_public(std::move(worker)));
    for (ipc::ModelStatus& model : message.models)
        status.models.push_back(to_public(std::move(model)));
    for (ipc::DeviceStatus& device : message.devices)
        status.devices.push_back(to_public(std::move(device)));
    status.parked = message.parked;
    status.parked_limit = limit_of(message.parked_limit);
    return status;
}

}  // namespace client
}  // namespace samovar
