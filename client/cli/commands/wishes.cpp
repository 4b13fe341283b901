// What an operator wants of a model: park, pin, hold, release, warm.

#include <fmt/format.h>

#include <memory>
#include <utility>

#include "client/cli/commands/all.hpp"
#include "client/cli/words.hpp"

namespace samovar::cli {
namespace wishes_command {
namespace {

struct Wanted {
    std::string model;
    std::chrono::milliseconds length{};  // 0: until it is released
};

Result<std::string> ask_for(Client& client, const Wanted& wanted, Wish wish) {
    if (const Result<void> done = client.wish(wanted.model, wish, wanted.length); !done)
        return done.error();
    const Result<Explanation> why = client.why(wanted.model);
    if (!why) return why.error();
    return why->text;
}

template <Wish kWish>
Action declare(Arguments& arguments) {
    const auto wanted = std::make_shared<Wanted>();
    arguments.word("MODEL", wanted->model, "The model's name");
    if (kWish != Wish::release)
        arguments.length("--for", wanted->length, "For so long: 30m, 2h, 1d");
    return [wanted](const Invocation& invocation) {
        const auto request = [&](Client& client) { return ask_for(client, *wanted, kWish); };
        const auto document = [&](const std::string& text) {
            return Json{{"model", wanted->model}, {"text", text}};
        };
        const auto print = [](const std::string& text, Console& console) {
            console.print(printable(text) + "\n");
        };
        return ask(invocation, request, document, print);
    };
}

constexpr const char* kForAdministrators =
    "Ends at once, and says what follows. For administrators: see\n"
    "`samovar whoami`.";
constexpr const char* kJson = R"({"model", "text"})";

}  // namespace
}  // namespace wishes_command

const Command kPark{.name = "park",
                    .summary = "Take a model off its device, but keep it in memory",
                    .detail = wishes_command::kForAdministrators,
                    .example = "  samovar park selfie\n  samovar park selfie --for 2h",
                    .json = wishes_command::kJson,
                    .declare = wishes_command::declare<Wish::park>};

const Command kPin{.name = "pin",
                   .summary = "Keep a model hot, whatever its rules say",
                   .detail = wishes_command::kForAdministrators,
                   .example = "  samovar pin selfie --for 8h",
                   .json = wishes_command::kJson,
                   .declare = wishes_command::declare<Wish::pin>};

const Command kHold{.name = "hold",
                    .summary = "Never load a model; its jobs are refused",
                    .detail = wishes_command::kForAdministrators,
                    .example = "  samovar hold selfie --for 1d",
                    .json = wishes_command::kJson,
                    .declare = wishes_command::declare<Wish::hold>};

const Command kRelease{.name = "release",
                       .summary = "Take back a pin or a hold",
                       .detail = wishes_command::kForAdministrators,
                       .example = "  samovar release selfie",
                       .json = wishes_command::kJson,
                       .declare = wishes_command::declare<Wish::release>};

const Command kWarm{.name = "warm",
                    .summary = "Begin to load a model, and do not wait for it",
                    .detail = wishes_command::kForAdministrators,
                    .example = "  samovar warm selfie --for 2h",
                    .json = wishes_command::kJson,
                    .declare = wishes_command::declare<Wish::load>};

}  // namespace samovar::cli
