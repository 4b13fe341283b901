#include <fmt/format.h>

#include <algorithm>

#include "client/cli/commands/all.hpp"
#include "client/cli/table.hpp"

namespace samovar::cli {
namespace reload_command {
namespace {

using Entries = std::vector<ReloadEntry>;

bool was_rejected(const ReloadEntry& entry) {
    return entry.outcome == "rejected";
}

void print(const Entries& entries, Console& console) {
    Table table({{"MODEL"}, {"OUTCOME"}});
    std::string problems;
    for (const ReloadEntry& entry : entries) {
        if (entry.model.empty()) {  // the models folder itself
            problems +=
                fmt::format("The models folder cannot be read, and all stays as it is: {}\n",
                            printable(entry.problem));
            continue;
        }
        table.add({{entry.model, Colour::bold},
                   {entry.outcome, was_rejected(entry)            ? Colour::red
                                   : entry.outcome == "unchanged" ? Colour::dim
                                                                  : Colour::green}});
        if (!entry.problem.empty())
            problems += fmt::format("{}: {}\n", entry.model, printable(entry.problem));
    }
    if (entries.empty()) return console.note("The models folder holds no model.");
    if (!table.empty()) console.print(table.to_text(console.out()));
    if (!problems.empty()) console.print((table.empty() ? "" : "\n") + problems);
}

Action declare(Arguments&) {
    return [](const Invocation& invocation) {
        bool rejected = false;
        const auto request = [&](Client& client) {
            Result<Entries> entries = client.reload();
            rejected = entries && std::any_of(entries->begin(), entries->end(), was_rejected);
            return entries;
        };
        const auto document = [](const Entries& entries) { return to_json(entries); };
        const int code = ask(invocation, request, document, print);
        return code == kDone && rejected ? static_cast<int>(kFailed) : code;
    };
}

}  // namespace
}  // namespace reload_command

const Command kReload{
    .name = "reload",
    .summary = "Let the daemon read its configuration and its models folder again",
    .detail =
        "A configuration that cannot be read is an error, and nothing changes. Jobs that run end\n"
        "on the version they began with; a folder that is broken keeps the old one, is told of,\n"
        "and makes the exit code 1. Workers that had failed too often are tried again. For\n"
        "administrators: see `samovar whoami`.",
    .example = "  samovar reload",
    .json =
        "[{\"model\", \"outcome\", \"problem\"}]; outcome is added, changed, removed, "
        "unchanged or rejected;\n  model is empty where the models folder itself cannot be read",
    .declare = reload_command::declare};

}  // namespace samovar::cli
