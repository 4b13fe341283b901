#include <fmt/format.h>

#include <memory>

#include "client/cli/commands/all.hpp"

namespace samovar::cli {
namespace remove_command {
namespace {

Json document(const std::string& model) {
    return {{"model", model}, {"outcome", "removed"}};
}

void print(const std::string& model, Console& console) {
    console.print(fmt::format("{} removed\n", model));
}

Action declare(Arguments& arguments) {
    const auto model = std::make_shared<std::string>();
    arguments.word("MODEL", *model, "The model's name");
    return [model](const Invocation& invocation) {
        const auto request = [&](Client& client) -> Result<std::string> {
            const Result<void> removed = client.remove(*model);
            if (!removed) return removed.error();
            return *model;
        };
        return ask(invocation, request, document, print);
    };
}

}  // namespace
}  // namespace remove_command

const Command kRemove{
    .name = "remove",
    .summary = "Take a model that was added from the daemon's models",
    .detail =
        "Its folder stays as it is. Jobs that run end as usual. For administrators: see\n"
        "`samovar whoami`.",
    .example = "  samovar remove classifier",
    .json = R"({"model", "outcome": "removed"})",
    .declare = remove_command::declare};

}  // namespace samovar::cli
