// What the workers and the devices have.

#include "daemon/metrics/text.hpp"

namespace samovar::daemon {

// "cpu/MODEL" is of that model.
bool MetricsText::may_see_worker(const std::string& name) const {
    const std::size_t slash = name.find('/');
    return slash == name.npos || may_see_(name.substr(slash + 1));
}

template <class Value>
void MetricsText::by_worker(std::string_view name, std::string_view help, Value value) {
    out_.family(name, Type::gauge, help);
    for (const ipc::WorkerStatus& worker : now_.workers)
        if (may_see_worker(worker.name)) out_.count({{"worker", worker.name}}, value(worker));
}

void MetricsText::workers() {
    by_worker("samovar_worker_up", "1 for a worker that is ready, else 0.",
              [](const ipc::WorkerStatus& worker) -> std::uint64_t {
                  return worker.state == ipc::WorkerState::ready && worker.pid != 0 ? 1 : 0;
              });
    by_worker("samovar_worker_failed", "1 for a worker that died too often, else 0.",
              [](const ipc::WorkerStatus& worker) -> std::uint64_t {
                  return worker.state == ipc::WorkerState::failed ? 1 : 0;
              });
    by_worker("samovar_worker_resident_bytes", "Memory of a worker.",
              [](const ipc::WorkerStatus& worker) { return worker.resident_bytes; });
    by_worker("samovar_worker_jobs", "Jobs that a worker has.",
              [](const ipc::WorkerStatus& worker) { return worker.in_flight; });
    const auto counted = [&](std::string_view name, std::string_view help,
                             std::uint64_t Metrics::WorkerCounts::*count) {
        out_.family(name, Type::counter, help);
        for (const auto& [worker, counts] : metrics_.workers_)
            if (may_see_worker(worker)) out_.count({{"worker", worker}}, counts.*count);
    };
    counted("samovar_worker_starts_total", "How often a worker was started.",
            &Metrics::WorkerCounts::starts);
    counted("samovar_worker_deaths_total", "How often a worker died, or was killed.",
            &Metrics::WorkerCounts::deaths);
}

template <class Value>
void MetricsText::by_device(std::string_view name, std::string_view help, Value value) {
    out_.family(name, Type::gauge, help);
    for (const ipc::DeviceStatus& device : now_.devices)
        out_.count({{"device", device.name}}, value(device));
}

void MetricsText::devices() {
    by_device("samovar_device_memory_bytes", "A device's memory; 0 where it is not known.",
              [](const ipc::DeviceStatus& device) { return device.total; });
    by_device("samovar_device_free_bytes", "What all programs leave free of it.",
              [](const ipc::DeviceStatus& device) { return device.free; });
    by_device("samovar_device_held_bytes", "What models hold of it.",
              [](const ipc::DeviceStatus& device) { return device.held; });
    by_device("samovar_device_lent_bytes", "What of it is lent.",
              [](const ipc::DeviceStatus& device) { return device.lent; });
    out_.family("samovar_device_limit_bytes", Type::gauge,
                "What models may hold of it now; absent where nothing limits them.");
    for (const ipc::DeviceStatus& device : now_.devices)
        if (device.limit != ipc::DeviceStatus::kNoLimit)
            out_.count({{"device", device.name}}, device.limit);
    gauge("samovar_parked_bytes", "Memory of the models that GPUs have parked.", now_.parked);
}

}  // namespace samovar::daemon
