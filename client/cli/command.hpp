#pragma once
// A command is one definition: its arguments, its request, its printing, its JSON and its help, in
// one file of commands/. registry.cpp lists them.

#include <functional>
#include <span>
#include <string>
#include <string_view>

#include <samovar/client.hpp>

#include "client/cli/arguments.hpp"
#include "client/cli/console.hpp"
#include "client/cli/exit_code.hpp"

namespace samovar::cli {

// samovard as it is to be started.
std::string daemon_program();

// What every command is given when it runs.
struct Invocation {
    Console& console;
    std::string socket;  // --socket; empty: where libsamovar looks

    // With `may_start`, a daemon of the user's own is started where there is no socket at all.
    Result<Client> connect(bool may_start = false) const;
    // Tells of an error: words on standard error, and with --json {"error": ...} on standard
    // output. The exit code that goes with it.
    int fail(const Error& error, std::string_view what = {}) const;
    // The same for what this process itself, and no daemon, finds wrong: with the command line
    // (`invalid_argument`) or in a file (`bad_input`).
    int refuse(const Error& error) const;
};

using Action = std::function<int(Invocation&)>;

struct Command {
    std::string_view name;
    std::string_view summary;  // one line, for the list of commands
    std::string_view detail;   // further lines of its own help; may be empty
    std::string_view example;  // whole command lines
    std::string_view json;     // what --json prints
    // Declares the arguments. What it returns runs once they are read.
    Action (*declare)(Arguments& arguments);
};

std::span<const Command* const> commands();

// For a command that asks the daemon one thing: `request` makes a Result<Answer> from a Client,
// `to_document` and `print` show the Answer.
template <class Request, class ToDocument, class Print>
int ask(const Invocation& invocation, Request request, ToDocument to_document, Print print) {
    Result<Client> client = invocation.connect();
    if (!client) return invocation.fail(client.error());
    const auto answer = request(*client);
    if (!answer) return invocation.fail(answer.error());
    if (invocation.console.json)
        invocation.console.print_document(to_document(*answer));
    else
        print(*answer, invocation.console);
    return kDone;
}

}  // namespace samovar::cli
