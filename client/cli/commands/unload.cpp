#include <fmt/format.h>

#include <memory>

#include "client/cli/commands/all.hpp"

namespace samovar::cli {
namespace unload_command {
namespace {

Json document(const std::string& model) {
    return {{"model", model}, {"residency", "cold"}};
}

void print(const std::string& model, Console& console) {
    console.print(fmt::format("{} is cold\n", model));
}

Action declare(Arguments& arguments) {
    const auto model = std::make_shared<std::string>();
    const auto length = std::make_shared<std::chrono::milliseconds>();
    arguments.word("MODEL", *model, "The model's name");
    arguments.length("--for", *length, "Only jobs bring it up for so long: 30m, 2h, 1d");
    return [model, length](const Invocation& invocation) {
        const auto request = [&](Client& client) -> Result<std::string> {
            const Result<void> unloaded = client.unload(*model, std::chrono::minutes(10), *length);
            if (!unloaded) return unloaded.error();
            return *model;
        };
        return ask(invocation, request, document, print);
    };
}

}  // namespace
}  // namespace unload_command

const Command kUnload{
    .name = "unload",
    .summary = "Give a model's memory back; its next job loads it again",
    .detail =
        "Waits for the model's jobs. When its last model leaves, a worker ends. --for a time, no\n"
        "rule but a pin brings it up again; a job does, and it goes when that is done. For\n"
        "administrators: see `samovar whoami`.",
    .example = "  samovar unload selfie\n  samovar unload selfie --for 2h",
    .json = R"({"model", "residency": "cold"})",
    .declare = unload_command::declare};

}  // namespace samovar::cli
