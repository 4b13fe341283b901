#include <fmt/format.h>

#include <memory>

#include "client/cli/commands/all.hpp"
#include "client/cli/commands/load_report.hpp"
#include "client/cli/words.hpp"

namespace samovar::cli {
namespace load_command {
namespace {

Json document(const LoadReport& report) {
    return to_json(report);
}

Action declare(Arguments& arguments) {
    const auto model = std::make_shared<std::string>();
    const auto length = std::make_shared<std::chrono::milliseconds>();
    arguments.word("MODEL", *model, "The model's name");
    arguments.length("--for", *length, "Keep it hot for so long: 30m, 2h, 1d");
    return [model, length](const Invocation& invocation) {
        Console& console = invocation.console;
        const auto request = [&](Client& client) {
            const auto show = [&](const Progress& progress) {
                const double share = progress.total == 0 ? 0
                                                         : static_cast<double>(progress.done) /
                                                               static_cast<double>(progress.total);
                console.status(fmt::format("{}: {}{}", *model,
                                           progress.total == 0 ? "" : bar(share, 24) + " ",
                                           progress_in_words(progress)));
            };
            auto report = client.load(*model, show, std::chrono::minutes(10), *length);
            console.clear_status();
            return report;
        };
        const auto print = [&](const LoadReport& report, Console&) {
            console.print(fmt::format("{} {}: {}", *model,
                                      report.was_hot ? "was hot already" : "is hot",
                                      load_in_words(report, console.out())));
        };
        return ask(invocation, request, document, print);
    };
}

}  // namespace
}  // namespace load_command

const Command kLoad{
    .name = "load",
    .summary = "Make a model hot, and show what each phase of that took",
    .detail =
        "Waits until the next job would not wait. It stays for its keep-alive, or --for a time.\n"
        "For administrators: see `samovar whoami`.",
    .example = "  samovar load selfie\n  samovar load selfie --for 2h",
    .json =
        "{\"was_hot\", \"code\", \"device\", \"weight_bytes\", \"mapped_weights\", "
        "\"threads\", \"total_us\",\n \"in_force\": {NAME: VALUE},\n \"phases\": [{\"name\", "
        "\"us\", \"bytes\"}]}; phases are spawn, device_init, open,\n read, build, to_device, "
        "first_inference, optimise",
    .declare = load_command::declare};

}  // namespace samovar::cli
