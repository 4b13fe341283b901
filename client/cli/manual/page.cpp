#include "client/cli/manual/page.hpp"

#include <fmt/format.h>

#include "client/cli/exit_code.hpp"

namespace samovar::cli {
namespace {

// Words of the help are broken into lines, and set in, for a terminal; here a paragraph is filled
// anew.
std::string as_paragraph(std::string_view text) {
    std::string words;
    for (const char c : text) {
        const bool blank = c == '\n' || c == ' ';
        if (blank && (words.empty() || words.back() == ' ')) continue;
        words += blank ? ' ' : c;
    }
    return plain_in_scdoc(words);
}

// An empty line stays one.
std::string as_paragraphs(std::string_view text) {
    constexpr std::string_view kBreak = "\n\n";
    std::string all;
    while (true) {
        const std::size_t end = text.find(kBreak);
        all += as_paragraph(text.substr(0, end));
        if (end == text.npos) return all;
        all += kBreak;
        text.remove_prefix(end + kBreak.size());
    }
}

// The lines of an example begin with two blanks, which a literal block does not need.
std::string without_indent(std::string_view text) {
    std::string lines;
    bool begins = true;
    std::size_t blanks = 0;
    for (const char c : text) {
        if (begins && c == ' ' && blanks < 2) {
            ++blanks;
            continue;
        }
        begins = c == '\n';
        if (begins) blanks = 0;
        lines += c;
    }
    return lines;
}

std::string synopsis(const CommandShape& command) {
    std::string line = fmt::format("*samovar {}* [options]", plain_in_scdoc(command.name));
    for (const OptionShape& option : command.options)
        if (option.is_word) line += " " + plain_in_scdoc(option.names.front());
    return line;
}

std::string entry_of(const OptionShape& option) {
    std::string names;
    for (const std::string& name : option.names)
        names += fmt::format("{}*{}*", names.empty() ? "" : ", ", plain_in_scdoc(name));
    if (!option.value.empty()) names += " " + plain_in_scdoc(option.value);
    return fmt::format("{}\n\t{}\n\n", names, as_paragraph(option.help));
}

}  // namespace

std::string plain_in_scdoc(std::string_view text) {
    std::string safe;
    bool begins = true;
    for (const char c : text) {
        const bool means_something = c == '\\' || c == '*' || c == '_' || c == '`';
        const bool means_it_there = c == '#' || c == '[' || c == ']' || c == '|' || c == '-' ||
                                    c == '.' || c == ';' || c == '\t';
        if (means_something || (begins && means_it_there)) safe += '\\';
        safe += c;
        begins = c == '\n';
    }
    return safe;
}

std::string manual_page(const CommandShape& command) {
    std::string page =
        fmt::format("samovar-{0}(1)\n\n# NAME\n\nsamovar-{0} - {1}\n\n# SYNOPSIS\n\n{2}\n",
                    command.name, as_paragraph(command.summary), synopsis(command));
    if (!command.detail.empty())
        page += "\n# DESCRIPTION\n\n" + as_paragraphs(command.detail) + "\n";
    page += "\n# OPTIONS\n\n";
    for (const OptionShape& option : command.options)
        page += entry_of(option);
    page += "# JSON\n\nWith *--json* it prints: " + as_paragraph(command.json) +
            "\n\n# EXAMPLES\n\n```\n" + without_indent(command.example) +
            "\n```\n\n# EXIT STATUS\n\n" + as_paragraph(kExitCodes) +
            "\n\n# SEE ALSO\n\n*samovar*(1)\n";
    return page;
}

std::string manual_overview(const std::vector<CommandShape>& commands) {
    std::string page =
        "samovar(1)\n\n# NAME\n\nsamovar - runs PyTorch models that samovard keeps hot\n\n# "
        "SYNOPSIS\n\n"
        "*samovar* [*--socket* PATH] [*--json*] COMMAND [arguments]\n\n# DESCRIPTION\n\n"
        "The daemon's socket is *--socket*, else $SAMOVAR\\_SOCKET, else the first that answers of "
        "$XDG\\_RUNTIME\\_DIR/samovar/samovar.sock and /run/samovar/samovar.sock. Data goes to "
        "standard "
        "output, everything else to standard error.\n\n# COMMANDS\n\n";
    for (const CommandShape& command : commands)
        page += fmt::format("*{}*\n\t{}. See *samovar-{}*(1).\n\n", plain_in_scdoc(command.name),
                            as_paragraph(command.summary), command.name);
    return page + "# EXIT STATUS\n\n" + as_paragraph(kExitCodes) + "\n";
}

}  // namespace samovar::cli
