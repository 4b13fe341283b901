#include <memory>

#include "client/cli/commands/all.hpp"

namespace samovar::cli {
namespace why_command {
namespace {

Json document(const Explanation& why) {
    Json json{{"residency", to_string(why.residency)},
              {"cause", why.cause},
              {"since_ms", why.since.count()},
              {"rung", why.rung},
              {"rule", why.rule},
              {"next", nullptr},
              {"text", why.text}};
    if (why.changes)
        json["next"] = {
            {"rung", why.next_rung}, {"rule", why.next_rule}, {"in_ms", why.next_in.count()}};
    return json;
}

void print(const Explanation& why, Console& console) {
    console.print(printable(why.text) + "\n");
}

Action declare(Arguments& arguments) {
    const auto model = std::make_shared<std::string>();
    arguments.word("MODEL", *model, "The model's name");
    return [model](const Invocation& invocation) {
        return ask(
            invocation, [&](Client& client) { return client.why(*model); }, document, print);
    };
}

}  // namespace
}  // namespace why_command

const Command kWhy{.name = "why",
                   .summary = "Say why a model is where it is, and what happens next",
                   .detail = "",
                   .example = "  samovar why selfie",
                   .json =
                       "{\"residency\", \"cause\", \"since_ms\", \"rung\", \"rule\",\n"
                       " \"next\": {\"rung\", \"rule\", \"in_ms\"} or null, \"text\"}",
                   .declare = why_command::declare};

}  // namespace samovar::cli
