#include <fmt/format.h>

#include <memory>

#include "client/cli/commands/all.hpp"
#include "client/cli/commands/load_report.hpp"
#include "client/cli/commands/residency.hpp"
#include "client/cli/words.hpp"

namespace samovar::cli {
namespace info_command {
namespace {

Json to_json(const TensorSpec& tensor) {
    Json shape = Json::array();
    for (const Axis& axis : tensor.shape)
        shape.push_back({{"name", axis.name}, {"min", axis.min}, {"max", axis.max}});
    return {{"name", tensor.name},
            {"dtype", to_string(tensor.dtype)},
            {"shape", std::move(shape)},
            {"image", tensor.image}};
}

Json to_json(const std::vector<TensorSpec>& tensors) {
    Json list = Json::array();
    for (const TensorSpec& tensor : tensors)
        list.push_back(to_json(tensor));
    return list;
}

Json document(const ModelInfo& info) {
    Json json = cli::to_json(info.summary);
    json["folder"] = info.folder;
    json["inputs"] = to_json(info.inputs);
    json["outputs"] = to_json(info.outputs);
    json["isolation"] = info.isolation;
    json["max_run_ms"] = info.max_run.count();
    json["jobs_done"] = info.jobs_done;
    json["jobs_failed"] = info.jobs_failed;
    json["queued"] = info.queued;
    json["in_flight"] = info.in_flight;
    json["held_bytes"] = info.held_bytes;
    json["measured"] = info.measured;
    json["batch_rows"] = info.batch_rows;
    json["batch_delay_ms"] = info.batch_delay.count();
    json["batches"] = info.batches;
    json["cache"] = cli::to_json(info.cache);
    json["labels"] = info.labels;
    json["last_load"] = info.last_load.code.empty() ? Json() : cli::to_json(info.last_load);
    return json;
}

void print(const ModelInfo& info, Console& console) {
    const ModelSummary& model = info.summary;
    const auto row = [](std::string_view title, std::string_view text) {
        return text.empty() ? std::string() : fmt::format("{:<10}{}\n", title, printable(text));
    };
    const Table::Cell state = residency_cell(model.residency);
    std::string text = Console::paint(console.out(), Colour::bold, model.name) + "\n", labels;
    text += row("about", model.description);
    text +=
        fmt::format("{:<10}{}\n", "state", Console::paint(console.out(), state.colour, state.text));
    text += row("problem", model.problem) + row("task", model.task) + row("device", model.device);
    text += row("version", model.version) + row("folder", info.folder);
    for (const TensorSpec& tensor : info.inputs)
        text += row("input", tensor.name + "  " + tensor_in_words(tensor));
    for (const TensorSpec& tensor : info.outputs)
        text += row("output", tensor.name + "  " + tensor_in_words(tensor));
    for (const std::string& label : info.labels)
        labels += (labels.empty() ? "" : ", ") + label;
    text += row("labels", labels);
    text +=
        row("worker", info.isolation == "model" ? "of its own" : "shared by the device's models");
    text += row("max_run", time_in_words(info.max_run));
    text += row("jobs", fmt::format("{} done, {} failed, {} running, {} waiting", info.jobs_done,
                                    info.jobs_failed, info.in_flight, info.queued));
    if (info.batch_rows > 0)
        text += row("batch",
                    fmt::format("up to {}, within {}; {} so far", count_of(info.batch_rows, "row"),
                                time_in_words(info.batch_delay), info.batches));
    if (info.cache.limit > 0)
        text += row(
            "cache",
            fmt::format("{} in {} of {}, which answered {}", count_of(info.cache.results, "result"),
                        bytes_in_words(info.cache.bytes), bytes_in_words(info.cache.limit),
                        count_of(info.cache.hits, "job")));
    text += row("holds",
                fmt::format("{} of {} while hot{}", bytes_in_words(info.held_bytes), model.device,
                            info.measured ? ""
                                          : ", by the size of its files: it was not "
                                            "loaded yet"));
    if (!info.last_load.code.empty())
        text += "\nlast load: " + load_in_words(info.last_load, console.out());
    console.print(text);
}

Action declare(Arguments& arguments) {
    const auto model = std::make_shared<std::string>();
    arguments.word("MODEL", *model, "The model's name");
    return [model](const Invocation& invocation) {
        return ask(
            invocation, [&](Client& client) { return client.info(*model); }, document, print);
    };
}

}  // namespace
}  // namespace info_command

const Command kInfo{
    .name = "info",
    .summary = "Show what a model takes and gives, and how it was loaded",
    .detail = "",
    .example = "  samovar info selfie",
    .json =
        "the keys of `samovar models`, and {\"folder\",\n"
        " \"inputs\": [{\"name\", \"dtype\", \"shape\": [{\"name\", \"min\", \"max\"}], "
        "\"image\"}], \"outputs\": [...],\n"
        " \"isolation\", \"max_run_ms\", \"jobs_done\", \"jobs_failed\", \"queued\", "
        "\"in_flight\",\n \"held_bytes\" (while hot), \"measured\" (else by its files), "
        "\"batch_rows\" (0: none),\n"
        " \"batch_delay_ms\", \"batches\", \"labels\",\n"
        " \"cache\": {\"limit_bytes\", \"bytes\", \"results\", \"hits\"} or null: it keeps none,\n"
        " \"last_load\": what `samovar load` prints, or null}",
    .declare = info_command::declare};

}  // namespace samovar::cli
