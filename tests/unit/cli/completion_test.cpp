// Completions, from the definitions of the commands themselves.

#include <gmock/gmock.h>

#include <fstream>

#include "client/cli/command.hpp"
#include "client/cli/completion/shells.hpp"
#include "client/cli/doctor/program.hpp"
#include "tests/support/process.hpp"

namespace samovar::cli {
namespace {

using testing::Contains;
using testing::HasSubstr;
using testing::Not;

const CommandShape& shape(const std::vector<CommandShape>& all, const std::string& name) {
    return *std::ranges::find(all, name, &CommandShape::name);
}

TEST(Shapes, are_those_of_the_commands) {
    const auto all = command_shapes();
    ASSERT_EQ(all.size(), commands().size());
    const CommandShape& run = shape(all, "run");
    bool has_output = false;
    for (const OptionShape& option : run.options)
        has_output = has_output || (option.names == std::vector<std::string>{"-o", "--output"} &&
                                    !option.value.empty() && !option.help.empty());
    EXPECT_TRUE(has_output);
    EXPECT_TRUE(std::ranges::any_of(run.options, [](const OptionShape& option) {
        return option.is_word && option.names.front() == "MODEL";
    }));
    EXPECT_TRUE(std::ranges::any_of(run.options, [](const OptionShape& option) {
        return option.names.back() == "--no-cache" && option.value.empty();
    }));
}

TEST(Completion, has_every_command_and_every_option_for_each_shell) {
    const auto all = command_shapes();
    for (const std::string& script :
         {bash_completion(all), zsh_completion(all), fish_completion(all)})
        for (const CommandShape& command : all) {
            EXPECT_THAT(script, HasSubstr(command.name));
            for (const OptionShape& option : command.options)
                EXPECT_TRUE(option.is_word ||
                            script.find(option.names.back().substr(2)) != script.npos)
                    << command.name << " " << option.names.back();
        }
}

// What bash offers for these words, the last of which is being written.
std::string bash_offers(const std::vector<std::string>& words) {
    const tests::TemporaryFolder folder;
    std::ofstream(folder.path() / "s") << bash_completion(command_shapes());
    std::string line = "source " + (folder.path() / "s").string() + "; COMP_WORDS=(samovar";
    for (const std::string& word : words)
        line += " '" + word + "'";
    line += "); COMP_CWORD=" + std::to_string(words.size()) +
            "; _samovar; printf '%s\\n' \"${COMPREPLY[@]}\"";
    const auto outcome = run_program({"bash", "-uc", line}, {}, std::chrono::seconds(30));
    EXPECT_TRUE(outcome) << outcome.error().message;
    EXPECT_EQ(outcome->err, "");
    return "\n" + outcome->out;
}

TEST(Bash, completes_commands_options_and_values) {
    EXPECT_THAT(bash_offers({"relo"}), HasSubstr("\nreload\n"));
    EXPECT_THAT(bash_offers({""}), HasSubstr("\ndoctor\n"));
    EXPECT_THAT(bash_offers({"--socket", "/x", "unl"}), HasSubstr("\nunload\n"));
    EXPECT_THAT(bash_offers({"run", "selfie", "--no-"}), HasSubstr("\n--no-cache\n"));
    EXPECT_THAT(bash_offers({"unload", "--f"}), HasSubstr("\n--for\n"));
    EXPECT_THAT(bash_offers({"unload", "--no-"}), Not(HasSubstr("--no-cache")));
}

}  // namespace
}  // namespace samovar::cli
