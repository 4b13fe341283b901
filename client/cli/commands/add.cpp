#include <fmt/format.h>

#include <filesystem>
#include <memory>

#include "client/cli/commands/all.hpp"

namespace samovar::cli {
namespace add_command {
namespace {

namespace fs = std::filesystem;

Json document(const ReloadEntry& entry) {
    return to_json(entry);
}

void print(const ReloadEntry& entry, Console& console) {
    console.print(fmt::format("{} {}\n", entry.model, entry.outcome));
}

// The daemon has a current folder of its own. Links stay: the daemon follows them at each reload.
std::string absolute(const std::string& folder) {
    std::error_code fault;  // an empty name: the daemon says so
    return fs::absolute(folder, fault).lexically_normal().string();
}

Action declare(Arguments& arguments) {
    const auto folder = std::make_shared<std::string>();
    arguments.word("FOLDER", *folder, "A folder that holds a model.toml");
    return [folder](const Invocation& invocation) {
        const auto request = [&](Client& client) { return client.add(absolute(*folder)); };
        return ask(invocation, request, document, print);
    };
}

}  // namespace
}  // namespace add_command

const Command kAdd{
    .name = "add",
    .summary = "Add a model folder to the daemon's models",
    .detail =
        "The daemon links it into its models folder, so the folder must stay where it is.\n"
        "`python -m samovar.export` makes such folders. For administrators: see\n"
        "`samovar whoami`.",
    .example = "  samovar add ./models/classifier",
    .json = R"({"model", "outcome": "added", "problem": ""})",
    .declare = add_command::declare};

}  // namespace samovar::cli
