#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>

#include "client/cli/commands/all.hpp"
#include "client/cli/doctor/examination.hpp"

namespace samovar::cli {
namespace doctor_command {
namespace {

void print(const Findings& findings, Console& console) {
    std::string text;
    for (const Finding& finding : findings) {
        const Colour colour = finding.level == Finding::Level::ok     ? Colour::green
                              : finding.level == Finding::Level::warn ? Colour::yellow
                                                                      : Colour::red;
        text +=
            Console::paint(console.out(), colour, fmt::format("{:<5}", name_of(finding.level))) +
            fmt::format("{}: {}\n", printable(finding.subject), printable(finding.what));
        if (!finding.way_out.empty())
            text += fmt::format("     -> {}\n", printable(finding.way_out));
    }
    console.print(text);
}

int examine_all(const Invocation& invocation) {
    const Findings findings = examine(invocation);
    if (invocation.console.json)
        invocation.console.print_document(to_json(findings));
    else
        print(findings, invocation.console);
    const bool good = std::ranges::none_of(
        findings, [](const Finding& finding) { return finding.level == Finding::Level::fail; });
    return good ? kDone : kFailed;
}

Action declare(Arguments&) {
    return examine_all;
}

}  // namespace
}  // namespace doctor_command

const Command kDoctor{
    .name = "doctor",
    .summary = "Look at all that Samovar needs here, and say what to do about what is missing",
    .detail =
        "Kernel, limits, GPU and driver, groups and socket, the daemon and its version, "
        "configuration,\n"
        "models folder and models, LibTorch as the worker finds it, room on the disk. Needs no "
        "daemon.\n"
        "As root it looks at what the service sees. The code is 1 where something fails.",
    .example = "  samovar doctor",
    .json = "[{\"level\", \"subject\", \"what\", \"way_out\"}]; level is ok, warn or fail",
    .declare = doctor_command::declare};

}  // namespace samovar::cli
