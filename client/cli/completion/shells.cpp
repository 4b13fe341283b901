#include "client/cli/completion/shells.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace samovar::cli {
namespace {

// The models there are, from the daemon; nothing where none answers.
constexpr const char* kModelNames = "samovar models 2>/dev/null | awk 'NR > 1 {print $1}'";

bool takes_model(const CommandShape& command) {
    return std::ranges::any_of(command.options, [](const OptionShape& option) {
        return option.is_word && option.names.front() == "MODEL";
    });
}

// Values that stand in the name of the value: "interactive|normal|background".
std::vector<std::string> choices_of(const OptionShape& option) {
    std::vector<std::string> choices;
    std::string_view rest = option.value;
    while (!rest.empty()) {
        const std::size_t end = std::min(rest.find('|'), rest.size());
        const std::string word(rest.substr(0, end));
        rest.remove_prefix(std::min(end + 1, rest.size()));
        if (std::ranges::all_of(word, [](char c) { return c >= 'a' && c <= 'z'; }))
            choices.push_back(word);
    }
    return choices.size() > 1 ? choices : std::vector<std::string>();
}

std::string joined(const std::vector<std::string>& words, const char* between) {
    std::string text;
    for (const std::string& word : words)
        text += (text.empty() ? "" : between) + word;
    return text;
}

std::vector<std::string> option_names(const CommandShape& command) {
    std::vector<std::string> names;
    for (const OptionShape& option : command.options)
        if (!option.is_word) names.insert(names.end(), option.names.begin(), option.names.end());
    return names;
}

// Within single quotes, of bash, zsh and fish alike.
std::string in_single_quotes(std::string_view text) {
    std::string safe = "'";
    for (const char c : text)
        safe += c == '\'' ? std::string("'\\''") : std::string(1, c);
    return safe + "'";
}

// Of zsh's _arguments and _values: what is in brackets ends at the first of them.
std::string in_brackets(std::string_view text) {
    std::string safe;
    for (const char c : text)
        if (c == '[' || c == ']' || c == ':')
            safe += {'\\', c};
        else
            safe += c;
    return safe;
}

std::vector<std::string> names_of(const std::vector<CommandShape>& commands) {
    std::vector<std::string> names;
    names.reserve(commands.size());
    for (const CommandShape& command : commands)
        names.push_back(command.name);
    return names;
}

}  // namespace

std::string bash_completion(const std::vector<CommandShape>& commands) {
    std::string script = fmt::format(
        "# samovar's completion for bash: source <(samovar completion bash)\n"
        "_samovar() {{\n"
        "    local current=${{COMP_WORDS[COMP_CWORD]}} previous= command= word skip=\n"
        "    ((COMP_CWORD > 0)) && previous=${{COMP_WORDS[COMP_CWORD - 1]}}\n"
        "    for word in \"${{COMP_WORDS[@]:1:COMP_CWORD - 1}}\"; do\n"
        "        if [[ -n $skip ]]; then skip=; continue; fi\n"
        "        case $word in\n"
        "            --socket) skip=1 ;;\n"
        "            -*) ;;\n"
        "            *) command=$word; break ;;\n"
        "        esac\n"
        "    done\n"
        "    local options= models= values=\n"
        "    case $command in\n"
        "        '') COMPREPLY=($(compgen -W {} -- \"$current\")); return ;;\n",
        in_single_quotes(joined(names_of(commands), " ") + " --socket --json --help --version"));
    for (const CommandShape& command : commands) {
        script += fmt::format("        {})\n            options={}\n", command.name,
                              in_single_quotes(joined(option_names(command), " ") + " --help"));
        if (takes_model(command)) script += "            models=1\n";
        for (const OptionShape& option : command.options)
            if (const auto choices = choices_of(option); !choices.empty())
                script += fmt::format("            [[ $previous == {} ]] && values={}\n",
                                      option.names.back(), in_single_quotes(joined(choices, " ")));
        script += "            ;;\n";
    }
    script += fmt::format(
        "        *) return ;;\n"
        "    esac\n"
        "    if [[ -n $values ]]; then\n"
        "        COMPREPLY=($(compgen -W \"$values\" -- \"$current\"))\n"
        "    elif [[ $current == -* ]]; then\n"
        "        COMPREPLY=($(compgen -W \"$options\" -- \"$current\"))\n"
        "    elif [[ -n $models && $previous == \"$command\" ]]; then\n"
        "        COMPREPLY=($(compgen -W \"$({})\" -- \"$current\"))\n"
        "    else\n"
        "        compopt -o default 2>/dev/null\n"
        "        COMPREPLY=()\n"
        "    fi\n"
        "}}\n"
        "complete -F _samovar samovar\n",
        kModelNames);
    return script;
}

std::string zsh_completion(const std::vector<CommandShape>& commands) {
    std::string script =
        "#compdef samovar\n"
        "# samovar's completion for zsh: samovar completion zsh > a folder of $fpath/_samovar\n"
        "_samovar_models() {\n"
        "    local -a models\n"
        "    models=(${(f)\"$(" +
        std::string(kModelNames) +
        ")\"})\n"
        "    _describe model models\n"
        "}\n"
        "_samovar() {\n"
        "    local -a commands\n"
        "    commands=(\n";
    for (const CommandShape& command : commands)
        script += fmt::format("        {}\n",
                              in_single_quotes(command.name + ":" + in_brackets(command.summary)));
    script +=
        "    )\n"
        "    if ((CURRENT == 2)); then\n"
        "        _describe command commands\n"
        "        return\n"
        "    fi\n"
        "    local command=$words[2]\n"
        "    shift words\n"
        "    ((CURRENT--))\n"
        "    case $command in\n";
    for (const CommandShape& command : commands) {
        script += fmt::format("        {}) _arguments", command.name);
        for (const OptionShape& option : command.options) {
            if (option.is_word) continue;
            const auto choices = choices_of(option);
            const std::string value =
                option.value.empty() ? ""
                : choices.empty()    ? ":" + in_brackets(option.value) + ":_files"
                                  : ":" + option.names.back() + ":(" + joined(choices, " ") + ")";
            for (const std::string& name : option.names)
                script += fmt::format(
                    " \\\n            {}",
                    in_single_quotes("*" + name + "[" + in_brackets(option.help) + "]" + value));
        }
        script += takes_model(command) ? " \\\n            '1:model:_samovar_models'" : "";
        script += " \\\n            '*:file:_files' ;;\n";
    }
    return script +
           "    esac\n"
           "}\n"
           "_samovar \"$@\"\n";
}

std::string fish_completion(const std::vector<CommandShape>& commands) {
    std::string script =
        "# samovar's completion for fish: samovar completion fish | source\n"
        "complete -c samovar -n __fish_use_subcommand -f\n";
    for (const CommandShape& command : commands)
        script += fmt::format("complete -c samovar -n __fish_use_subcommand -a {} -d {}\n",
                              command.name, in_single_quotes(command.summary));
    for (const CommandShape& command : commands) {
        const std::string begin =
            fmt::format("complete -c samovar -n '__fish_seen_subcommand_from {}'", command.name);
        for (const OptionShape& option : command.options) {
            if (option.is_word) continue;
            script += begin;
            for (const std::string& name : option.names)
                script +=
                    name.starts_with("--") ? " -l " + name.substr(2) : " -s " + name.substr(1);
            if (const auto choices = choices_of(option); !choices.empty())
                script += " -x -a " + in_single_quotes(joined(choices, " "));
            else if (!option.value.empty())
                script += " -r";
            script += " -d " + in_single_quotes(option.help) + "\n";
        }
        if (takes_model(command))
            script +=
                begin + " -a " + in_single_quotes("(" + std::string(kModelNames) + ")") + "\n";
    }
    return script;
}

}  // namespace samovar::cli
