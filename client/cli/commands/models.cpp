#include <fmt/format.h>

#include "client/cli/commands/all.hpp"
#include "client/cli/commands/residency.hpp"

namespace samovar::cli {
namespace models_command {
namespace {

Json document(const std::vector<ModelSummary>& models) {
    return to_json(models);
}

void print(const std::vector<ModelSummary>& models, Console& console) {
    if (models.empty())
        return console.note(
            "The daemon has no models. `samovar add FOLDER` adds one; "
            "`python -m samovar.export` makes such folders.");
    Table table({{"MODEL"}, {"STATE"}, {"TASK"}, {"DEVICE"}, {"DESCRIPTION"}});
    std::string problems;
    for (const ModelSummary& model : models) {
        table.add({{model.name, Colour::bold},
                   residency_cell(model.residency),
                   model.task,
                   model.device,
                   model.description});
        if (!model.problem.empty())
            problems += fmt::format("{}: {}\n", model.name, printable(model.problem));
    }
    console.print(table.to_text(console.out()));
    if (!problems.empty()) console.print("\n" + problems);
}

Action declare(Arguments&) {
    return [](const Invocation& invocation) {
        return ask(
            invocation, [](Client& client) { return client.models(); }, document, print);
    };
}

}  // namespace
}  // namespace models_command

const Command kModels{
    .name = "models",
    .summary = "List the models",
    .detail =
        "STATE is cold (on disk), loading, hot, parking, parked (in memory, but off its\n"
        "device), waking, unloading or failed. What is wrong with a model stands below\n"
        "the list.",
    .example = "  samovar models",
    .json =
        "[{\"name\", \"task\", \"device\", \"version\", \"residency\", \"description\", "
        "\"problem\"}]",
    .declare = models_command::declare};

}  // namespace samovar::cli
