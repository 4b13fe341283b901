#include "client/cli/completion/shapes.hpp"

#include <CLI/CLI.hpp>
#include <algorithm>

#include "client/cli/command.hpp"
#include "client/cli/command_line.hpp"

namespace samovar::cli {
namespace {

OptionShape shape_of(const CLI::Option& option) {
    OptionShape shape;
    // Where it is broken into lines, that is for the help of a terminal.
    shape.help = option.get_description();
    std::ranges::replace(shape.help, '\n', ' ');
    shape.is_word = option.get_positional();
    if (shape.is_word) {
        shape.names.push_back(option.get_name(/*positional=*/true));
        return shape;
    }
    for (const std::string& name : option.get_snames())
        shape.names.push_back("-" + name);
    for (const std::string& name : option.get_lnames())
        shape.names.push_back("--" + name);
    if (option.get_items_expected_max() > 0) {
        shape.value = option.get_type_name();
        if (shape.value.empty()) shape.value = "VALUE";
    }
    return shape;
}

}  // namespace

std::vector<CommandShape> command_shapes() {
    std::vector<CommandShape> shapes;
    for (const Command* command : commands()) {
        CLI::App app(std::string(command->summary), std::string(command->name));
        Arguments arguments(app);
        // The variables that the options name live as long as this.
        const Action action = command->declare(arguments);
        std::string socket;
        bool json = false;
        declare_common(app, socket, json);
        CommandShape shape{app.get_name(),
                           app.get_description(),
                           std::string(command->detail),
                           std::string(command->example),
                           std::string(command->json),
                           {}};
        for (const CLI::Option* option : app.get_options())
            shape.options.push_back(shape_of(*option));
        shapes.push_back(std::move(shape));
    }
    return shapes;
}

}  // namespace samovar::cli
