#include <fmt/format.h>

#include "client/cli/commands/all.hpp"
#include "client/cli/commands/residency.hpp"
#include "client/cli/table.hpp"
#include "client/cli/words.hpp"

namespace samovar::cli {
namespace {

constexpr auto kRight = Table::Align::right;

Json to_json(const WorkerStatus& worker) {
    return {{"name", worker.name},
            {"state", to_string(worker.state)},
            {"pid", worker.pid},
            {"restarts", worker.restarts},
            {"in_flight", worker.in_flight},
            {"resident_bytes", worker.resident_bytes},
            {"problem", worker.problem}};
}

Json to_json(const ModelStatus& model) {
    return {{"name", model.name},
            {"residency", to_string(model.residency)},
            {"worker", model.worker},
            {"queued", model.queued},
            {"in_flight", model.in_flight},
            {"jobs_done", model.jobs_done},
            {"jobs_failed", model.jobs_failed},
            {"weight_bytes", model.weight_bytes},
            {"idle_ms", model.idle.count()}};
}

Json document(const DaemonStatus& status) {
    Json workers = Json::array(), models = Json::array();
    for (const WorkerStatus& worker : status.workers)
        workers.push_back(to_json(worker));
    for (const ModelStatus& model : status.models)
        models.push_back(to_json(model));
    return {{"daemon", status.daemon},
            {"pid", status.pid},
            {"uptime_ms", status.uptime.count()},
            {"sessions", status.sessions},
            {"channels", status.channels},
            {"channel_bytes", status.channel_bytes},
            {"jobs", status.jobs},
            {"workers", std::move(workers)},
            {"models", std::move(models)}};
}

Colour colour_of(WorkerState state) {
    switch (state) {
        case WorkerState::ready: return Colour::green;
        case WorkerState::failed: return Colour::red;
        case WorkerState::stopped: return Colour::dim;
        default: return Colour::yellow;
    }
}

std::string workers_in_words(const std::vector<WorkerStatus>& workers, const Stream& stream) {
    Table table({{"WORKER"},
                 {"STATE"},
                 {"PID", kRight},
                 {"JOBS", kRight},
                 {"RESTARTS", kRight},
                 {"MEMORY", kRight}});
    std::string problems;
    for (const WorkerStatus& worker : workers) {
        table.add({worker.name,
                   {std::string(to_string(worker.state)), colour_of(worker.state)},
                   worker.pid == 0 ? "-" : std::to_string(worker.pid),
                   std::to_string(worker.in_flight),
                   std::to_string(worker.restarts),
                   worker.resident_bytes == 0 ? "-" : bytes_in_words(worker.resident_bytes)});
        if (!worker.problem.empty())
            problems += fmt::format("{}: {}\n", worker.name, printable(worker.problem));
    }
    return table.empty() ? "" : "\n" + table.to_text(stream) + problems;
}

std::string models_in_words(const std::vector<ModelStatus>& models, const Stream& stream) {
    Table table({{"MODEL"},
                 {"STATE"},
                 {"WORKER"},
                 {"RUNNING", kRight},
                 {"QUEUED", kRight},
                 {"DONE", kRight},
                 {"FAILED", kRight},
                 {"WEIGHTS", kRight},
                 {"IDLE", kRight}});
    for (const ModelStatus& model : models)
        table.add({model.name, residency_cell(model.residency), model.worker,
                   std::to_string(model.in_flight), std::to_string(model.queued),
                   std::to_string(model.jobs_done), std::to_string(model.jobs_failed),
                   bytes_in_words(model.weight_bytes),
                   model.queued + model.in_flight > 0 ? "-" : age_in_words(model.idle)});
    return table.empty() ? "\nNo model is loaded.\n" : "\n" + table.to_text(stream);
}

void print(const DaemonStatus& status, Console& console) {
    console.print(fmt::format("{}, pid {}, up {}: {}, {}, {} of {}\n", status.daemon, status.pid,
                              age_in_words(status.uptime), count_of(status.jobs, "job"),
                              count_of(status.sessions, "session"),
                              count_of(status.channels, "channel"),
                              bytes_in_words(status.channel_bytes)) +
                  workers_in_words(status.workers, console.out()) +
                  models_in_words(status.models, console.out()));
}

Action declare(Arguments&) {
    return [](const Invocation& invocation) {
        return ask(
            invocation, [](Client& client) { return client.status(); }, document, print);
    };
}

}  // namespace

const Command kPs{
    .name = "ps",
    .summary = "Show the daemon, its workers, and the models that are loaded",
    .detail = "",
    .example = "  samovar ps",
    .json =
        "{\"daemon\", \"pid\", \"uptime_ms\", \"sessions\", \"channels\", \"channel_bytes\", "
        "\"jobs\",\n \"workers\": [{\"name\", \"state\", \"pid\", \"restarts\", \"in_flight\", "
        "\"resident_bytes\", \"problem\"}],\n \"models\": [{\"name\", \"residency\", "
        "\"worker\", \"queued\", \"in_flight\", \"jobs_done\", \"jobs_failed\",\n"
        "             \"weight_bytes\", \"idle_ms\"}]}",
    .declare = declare};

}  // namespace samovar::cli
