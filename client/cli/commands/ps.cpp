#include <fmt/format.h>

#include <memory>

#include "client/cli/commands/all.hpp"
#include "client/cli/commands/model_rows.hpp"
#include "client/cli/words.hpp"

namespace samovar::cli {
namespace ps_command {
namespace {

constexpr auto kRight = Table::Align::right;

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
                 {"MEMORY", kRight},
                 {"SANDBOX"}});
    std::string problems;
    for (const WorkerStatus& worker : workers) {
        table.add({worker.name,
                   {std::string(to_string(worker.state)), colour_of(worker.state)},
                   worker.pid == 0 ? "-" : std::to_string(worker.pid),
                   std::to_string(worker.in_flight),
                   std::to_string(worker.restarts),
                   worker.resident_bytes == 0 ? "-" : bytes_in_words(worker.resident_bytes),
                   worker.pid == 0 ? "-" : std::string(to_string(worker.sandbox))});
        if (!worker.problem.empty())
            problems += fmt::format("{}: {}\n", worker.name, printable(worker.problem));
    }
    return table.empty() ? "" : "\n" + table.to_text(stream) + problems;
}

void print(const DaemonStatus& status, Console& console) {
    const Table models = table_of(status.models);
    console.print(
        daemon_in_words(status) + "\n" + devices_in_words(status, console.out()) +
        workers_in_words(status.workers, console.out()) +
        (models.empty() ? "\nNo model is loaded.\n" : "\n" + models.to_text(console.out())));
}

Action declare(Arguments& arguments) {
    const auto all = std::make_shared<bool>(false);
    arguments.flag("-a,--all", *all, "Also the models that are cold");
    return [all](const Invocation& invocation) {
        return ask(
            invocation, [&](Client& client) { return client.status(*all); },
            [](const DaemonStatus& status) { return to_json(status); }, print);
    };
}

}  // namespace
}  // namespace ps_command

const Command kPs{
    .name = "ps",
    .summary = "Show the daemon, its workers, and the models that are loaded",
    .detail =
        "Of a device: what MODELS HOLD, the LIMIT of what they may hold now, what is FREE for all\n"
        "programs, and what is LENT. Of a model: ON DEVICE and PARKED are the bytes that it holds\n"
        "of its device, as measured, and of memory; ~: it was not loaded yet, and they are "
        "thought\n"
        "from the size of its files. USES are the jobs that a worker had, COLD STARTS those of\n"
        "them that had to wait for a load. NEXT is what happens when nobody calls.",
    .example = "  samovar ps\n  samovar ps --all",
    .json =
        "{\"daemon\", \"pid\", \"uptime_ms\", \"sessions\", \"channels\", \"channel_bytes\", "
        "\"jobs\",\n \"workers\": [{\"name\", \"state\", \"pid\", \"restarts\", \"in_flight\", "
        "\"resident_bytes\", \"problem\", \"sandbox\"}],\n \"models\": [{\"name\", \"residency\", "
        "\"worker\", \"device\", \"queued\", \"in_flight\", \"jobs_done\",\n"
        "             \"jobs_failed\", \"weight_bytes\", \"device_bytes\", \"host_bytes\", "
        "\"measured\", \"idle_ms\",\n             \"uses\", \"cold_starts\", \"next\": {\"rung\", "
        "\"rule\", "
        "\"in_ms\"} or null}],\n \"devices\": [{\"name\", \"description\", \"uuid\", "
        "\"total_bytes\" or null, \"free_bytes\" or null,\n              \"held_bytes\", "
        "\"limit_bytes\" or null, \"lent_bytes\", \"problem\"}],\n \"parked\": {\"bytes\", "
        "\"limit_bytes\" or null}}",
    .declare = ps_command::declare};

}  // namespace samovar::cli
