#include <fmt/format.h>

#include <memory>

#include "client/cli/commands/all.hpp"

namespace samovar::cli {
namespace {

Json document(const std::string& model) {
    return {{"model", model}, {"residency", "cold"}};
}

void print(const std::string& model, Console& console) {
    console.print(fmt::format("{} is cold\n", model));
}

Action declare(Arguments& arguments) {
    const auto model = std::make_shared<std::string>();
    arguments.word("MODEL", *model, "The model's name");
    return [model](const Invocation& invocation) {
        const auto request = [&](Client& client) -> Result<std::string> {
            const Result<void> unloaded = client.unload(*model);
            if (!unloaded) return unloaded.error();
            return *model;
        };
        return ask(invocation, request, document, print);
    };
}

}  // namespace

const Command kUnload{
    .name = "unload",
    .summary = "Give a model's memory back; its next job loads it again",
    .detail =
        "Waits for the model's jobs. When its last model leaves, a worker ends. For\n"
        "administrators: root, and the user who runs the daemon.",
    .example = "  samovar unload selfie",
    .json = R"({"model", "residency": "cold"})",
    .declare = declare};

}  // namespace samovar::cli
