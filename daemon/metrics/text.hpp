#pragma once
#include <set>
#include <string>

#include "daemon/metrics/exposition.hpp"
#include "daemon/metrics/metrics.hpp"

namespace samovar::daemon {

// One reading of all metrics, on its way to text: a function for each kind of thing.
class MetricsText {
  public:
    MetricsText(const Metrics& metrics, const ipc::StatusReport& now,
                const Metrics::MaySee& may_see)
        : metrics_(metrics), now_(now), may_see_(may_see) {}

    void daemon(const ProcessReading& process);
    void sessions();
    void jobs();
    void times();
    void residency();
    void moves();
    void caches();
    void workers();
    void devices();
    // text_triton.cpp: the same under the names that Triton has for it.
    void triton_jobs();
    void triton_devices();

    std::string take() { return out_.take(); }

  private:
    using Type = Exposition::Type;
    // A family with a sample for each model that the reader may see.
    template <class Sample>
    void by_model(std::string_view name, Type type, std::string_view help, Sample sample) {
        out_.family(name, type, help);
        metrics_.models_.each([&](const std::string& model, const ModelCounts& counts) {
            if (model == ModelTable::kOthers || may_see_(model)) sample(model, counts);
        });
    }
    void count_by_model(std::string_view name, std::string_view help,
                        std::uint64_t (*count)(const ModelCounts&));
    void seconds_by_model(std::string_view name, std::string_view help,
                          std::uint64_t (*ns)(const ModelCounts&));
    void moves_by_cause(std::string_view name, std::string_view help,
                        const ModelCounts::ByCause ModelCounts::*moves);
    // A gauge of each model that there is, and has its place among the counts.
    template <class Value>
    void now_by_model(std::string_view name, std::string_view help, Value value) {
        out_.family(name, Type::gauge, help);
        for (const ipc::ModelStatus& model : now_.models)
            if (metrics_.models_.has(model.name) && may_see_(model.name))
                out_.count({{"model", model.name}}, value(model));
    }
    void gauge(std::string_view name, std::string_view help, std::uint64_t value);
    void counter(std::string_view name, std::string_view help, std::uint64_t value);
    template <class Value>
    void by_device(std::string_view name, std::string_view help, Value value);
    template <class Value>
    void by_worker(std::string_view name, std::string_view help, Value value);
    bool may_see_worker(const std::string& name) const;
    void microseconds_by_model(std::string_view name, std::string_view help,
                               std::uint64_t (*ns)(const ModelCounts&));

    const Metrics& metrics_;
    const ipc::StatusReport& now_;
    const Metrics::MaySee& may_see_;
    Exposition out_;
};

}  // namespace samovar::daemon
