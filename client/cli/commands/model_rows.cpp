#include "client/cli/commands/model_rows.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "client/cli/commands/residency.hpp"
#include "client/cli/words.hpp"

namespace samovar::cli {
namespace {

std::string last_use(const ModelStatus& model) {
    if (model.in_flight > 0) return "now";
    return model.uses == 0 ? "-" : age_in_words(model.idle) + " ago";
}

std::string next_step(const ModelStatus& model) {
    return model.changes ? fmt::format("{} in {}", model.next_rung, age_in_words(model.next_in))
                         : "-";
}

std::string held(std::uint64_t bytes, bool measured) {
    return bytes == 0 ? "-" : (measured ? "" : "~") + bytes_in_words(bytes);
}

Json to_json(const WorkerStatus& worker) {
    return {{"name", worker.name},
            {"state", to_string(worker.state)},
            {"pid", worker.pid},
            {"restarts", worker.restarts},
            {"in_flight", worker.in_flight},
            {"resident_bytes", worker.resident_bytes},
            {"problem", worker.problem},
            {"sandbox", to_string(worker.sandbox)}};
}

Json known(const std::optional<std::uint64_t>& bytes) {
    return bytes ? Json(*bytes) : Json(nullptr);
}

Json to_json(const DeviceStatus& device) {
    return {{"name", device.name},
            {"description", device.description},
            {"uuid", device.uuid},
            {"total_bytes", known(device.total)},
            {"free_bytes", known(device.free)},
            {"held_bytes", device.held},
            {"limit_bytes", known(device.limit)},
            {"lent_bytes", device.lent},
            {"problem", device.problem}};
}

}  // namespace

Table table_of(const std::vector<ModelStatus>& models) {
    constexpr auto kRight = Table::Align::right;
    const bool caches =
        std::ranges::any_of(models, [](const ModelStatus& model) { return model.cache.limit > 0; });
    std::vector<Table::Column> columns{{"MODEL"},
                                       {"STATE"},
                                       {"DEVICE"},
                                       {"ON DEVICE", kRight},
                                       {"PARKED", kRight},
                                       {"RUNNING", kRight},
                                       {"QUEUED", kRight},
                                       {"USES", kRight},
                                       {"COLD STARTS", kRight},
                                       {"LAST USE", kRight},
                                       {"NEXT"}};
    if (caches) columns.insert(columns.end() - 2, {"CACHED", kRight});
    Table table(std::move(columns));
    for (const ModelStatus& model : models) {
        std::vector<Table::Cell> row{{model.name, Colour::bold},
                                     residency_cell(model.residency),
                                     model.device,
                                     held(model.device_bytes, model.measured),
                                     held(model.host_bytes, model.measured),
                                     std::to_string(model.in_flight),
                                     std::to_string(model.queued),
                                     std::to_string(model.uses),
                                     std::to_string(model.cold_starts),
                                     last_use(model),
                                     next_step(model)};
        if (caches)
            row.insert(row.end() - 2,
                       model.cache.limit > 0 ? std::to_string(model.cache.hits) : "-");
        table.add(std::move(row));
    }
    return table;
}

Json to_json(const ModelStatus& model) {
    Json json{{"name", model.name},
              {"residency", to_string(model.residency)},
              {"worker", model.worker},
              {"device", model.device},
              {"queued", model.queued},
              {"in_flight", model.in_flight},
              {"jobs_done", model.jobs_done},
              {"jobs_failed", model.jobs_failed},
              {"weight_bytes", model.weight_bytes},
              {"device_bytes", model.device_bytes},
              {"host_bytes", model.host_bytes},
              {"measured", model.measured},
              {"idle_ms", model.idle.count()},
              {"uses", model.uses},
              {"cold_starts", model.cold_starts},
              {"cache", cli::to_json(model.cache)},
              {"next", nullptr}};
    if (model.changes)
        json["next"] = {
            {"rung", model.next_rung}, {"rule", model.next_rule}, {"in_ms", model.next_in.count()}};
    return json;
}

Json to_json(const DaemonStatus& status) {
    Json workers = Json::array(), models = Json::array(), devices = Json::array();
    for (const WorkerStatus& worker : status.workers)
        workers.push_back(to_json(worker));
    for (const ModelStatus& model : status.models)
        models.push_back(to_json(model));
    for (const DeviceStatus& device : status.devices)
        devices.push_back(to_json(device));
    return {{"daemon", status.daemon},
            {"pid", status.pid},
            {"uptime_ms", status.uptime.count()},
            {"sessions", status.sessions},
            {"channels", status.channels},
            {"channel_bytes", status.channel_bytes},
            {"jobs", status.jobs},
            {"workers", std::move(workers)},
            {"models", std::move(models)},
            {"devices", std::move(devices)},
            {"parked", {{"bytes", status.parked}, {"limit_bytes", known(status.parked_limit)}}}};
}

std::string devices_in_words(const DaemonStatus& status, const Stream& stream) {
    constexpr auto kRight = Table::Align::right;
    const auto amount = [](const std::optional<std::uint64_t>& bytes, const char* otherwise) {
        return bytes ? bytes_in_words(*bytes) : std::string(otherwise);
    };
    Table table({{"DEVICE"},
                 {"MODELS HOLD", kRight},
                 {"LIMIT", kRight},
                 {"FREE", kRight},
                 {"TOTAL", kRight},
                 {"LENT", kRight},
                 {""}});
    for (const DeviceStatus& device : status.devices)
        table.add({device.name, bytes_in_words(device.held), amount(device.limit, "-"),
                   amount(device.free, "?"), amount(device.total, "?"),
                   device.lent > 0 ? bytes_in_words(device.lent) : "-",
                   printable(device.problem.empty() ? device.description : device.problem)});
    std::string text = table.empty() ? "" : table.to_text(stream);
    if (status.parked > 0 || status.parked_limit)
        text +=
            fmt::format("parked in the host's memory: {} of {}\n", bytes_in_words(status.parked),
                        amount(status.parked_limit, "all that there is"));
    return text;
}

std::string daemon_in_words(const DaemonStatus& status) {
    return fmt::format("{}, pid {}, up {}: {}, {}, {} of {}\n", status.daemon, status.pid,
                       age_in_words(status.uptime), count_of(status.jobs, "job"),
                       count_of(status.sessions, "session"), count_of(status.channels, "channel"),
                       bytes_in_words(status.channel_bytes));
}

}  // namespace samovar::cli
