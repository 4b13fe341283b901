#include <memory>

#include "client/cli/commands/all.hpp"
#include "client/cli/completion/shells.hpp"

namespace samovar::cli {
namespace completion_command {
namespace {

int print_completion(const Invocation& invocation, const std::string& shell) {
    std::string (*make)(const std::vector<CommandShape>&) = shell == "bash"   ? bash_completion
                                                            : shell == "zsh"  ? zsh_completion
                                                            : shell == "fish" ? fish_completion
                                                                              : nullptr;
    if (!make)
        return invocation.refuse(usage_error("\"" + shell + "\" is none of bash, zsh and fish"));
    const std::string script = make(command_shapes());
    if (invocation.console.json)
        invocation.console.print_document({{"shell", shell}, {"script", script}});
    else
        invocation.console.print(script);
    return kDone;
}

Action declare(Arguments& arguments) {
    const auto shell = std::make_shared<std::string>();
    arguments.word("SHELL", *shell, "bash, zsh or fish");
    return [shell](const Invocation& invocation) { return print_completion(invocation, *shell); };
}

}  // namespace
}  // namespace completion_command

const Command kCompletion{
    .name = "completion",
    .summary = "Print what makes a shell complete this program's commands",
    .detail =
        "bash: source <(samovar completion bash). fish: samovar completion fish | source. zsh: "
        "write\n"
        "it to _samovar in a folder of $fpath. Names of models come from the daemon.",
    .example = "  samovar completion bash > ~/.local/share/bash-completion/completions/samovar",
    .json = "{\"shell\", \"script\"}",
    .declare = completion_command::declare};

}  // namespace samovar::cli
