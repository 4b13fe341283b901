#include "client/cli/command_line.hpp"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <memory>
#include <vector>

#include "ipc/words.hpp"

namespace samovar::cli {
namespace {

constexpr const char* kAbout =
    "Runs PyTorch models that samovard keeps hot.\n\n"
    "The daemon's socket is --socket, else $SAMOVAR_SOCKET, else the first that answers of\n"
    "$XDG_RUNTIME_DIR/samovar/samovar.sock and /run/samovar/samovar.sock.";

std::string footer(const Command& command) {
    std::string text = "\n";
    if (!command.detail.empty()) text += fmt::format("{}\n\n", command.detail);
    text += fmt::format("--json: {}\n\n", command.json);
    text += fmt::format("Example:\n{}\n\n{}", command.example, kExitCodes);
    return text;
}

std::string unknown_command(const std::string& word) {
    std::string text = fmt::format("there is no command \"{}\"", printable(word));
    std::vector<std::string_view> names;
    for (const Command* command : commands())
        names.push_back(command->name);
    if (const std::string_view name = ipc::nearest_word(word, names); !name.empty())
        return text + fmt::format("; did you mean `samovar {}`?", name);
    return text + "; `samovar -h` lists them";
}

bool is_command(std::string_view word) {
    const auto& all = commands();
    return std::any_of(all.begin(), all.end(),
                       [word](const Command* command) { return command->name == word; });
}

// Whether --json stands among the words: an error of the command line comes before they are taken.
bool asks_for_json(int argc, const char* const* argv) {
    return std::any_of(argv + 1, argv + argc,
                       [](std::string_view word) { return word == "--json"; });
}

// The first word that is no option, where no command was found: "lod" of "samovar lod selfie".
std::string first_word(int argc, const char* const* argv) {
    for (int i = 1; i < argc; ++i) {
        const std::string_view word = argv[i];
        if (word == "--socket")
            ++i;
        else if (!word.starts_with("-"))
            return std::string(word);
    }
    return "";
}

int tell_parse_error(const CLI::App& app, const CLI::ParseError& error,
                     const Invocation& invocation, const std::string& word) {
    Console& console = invocation.console;
    const auto chosen = app.get_subcommands();
    if (error.get_exit_code() == 0) {  // -h or --version
        if (dynamic_cast<const CLI::CallForVersion*>(&error))
            console.print("samovar " SAMOVAR_VERSION "\n");
        else
            console.print(app.help());
        return kDone;
    }
    // CLI11 would take the `add` of `samovar lod add` for the command.
    if (!word.empty() && !is_command(word)) {
        invocation.fail({Errc::invalid_argument, unknown_command(word), "", 0, 0});
        return kUsage;
    }
    if (chosen.empty() && word.empty() && dynamic_cast<const CLI::RequiredError*>(&error)) {
        console.note(app.help());
        return kUsage;
    }
    const std::string help = chosen.empty() ? "" : " " + chosen.front()->get_name();
    invocation.fail({Errc::invalid_argument, error.what(),
                     fmt::format("`samovar{} -h` shows what it takes", help), 0, 0});
    return kUsage;
}

}  // namespace

void declare_common(CLI::App& app, std::string& socket, bool& json) {
    app.add_option("--socket", socket, "The daemon's socket")->type_name("PATH");
    app.add_flag("--json", json, "Print one JSON document on standard output");
}

int run_command_line(int argc, const char* const* argv, Console& console) {
    CLI::App app(kAbout, "samovar");
    Invocation invocation{console, {}};
    Action action;
    app.get_formatter()->label("SUBCOMMAND", "COMMAND");
    app.get_formatter()->label("REQUIRED", "");
    declare_common(app, invocation.socket, console.json);
    app.set_version_flag("--version", std::string(), "Print the version and exit");
    app.require_subcommand(1);
    app.footer(fmt::format("\n`samovar COMMAND -h` says more, with an example.\n{}", kExitCodes));
    for (const Command* command : commands()) {
        CLI::App* own =
            app.add_subcommand(std::string(command->name), std::string(command->summary));
        Arguments arguments(*own);
        own->callback([&action, run = command->declare(arguments)] { action = run; });
        declare_common(*own, invocation.socket, console.json);
        own->footer(footer(*command));
        own->group("Commands");
    }
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        console.json = asks_for_json(argc, argv);
        return tell_parse_error(app, error, invocation, first_word(argc, argv));
    }
    return action(invocation);
}

}  // namespace samovar::cli
