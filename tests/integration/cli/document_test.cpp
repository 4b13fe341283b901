// docs/cli.md against what the program says of itself.

#include <gtest/gtest.h>

#include <regex>

#include "tests/integration/cli/command_line.hpp"

namespace samovar::tests {
namespace {

// The names in the list of commands of `samovar -h`.
Words commands(const std::string& help) {
    Words names;
    bool inside = false;
    for (const std::string& line : lines(help)) {
        if (line.starts_with("Commands")) inside = true;
        if (inside && line.empty()) break;
        if (std::smatch name; inside && std::regex_search(line, name, std::regex("^  ([a-z-]+) ")))
            names.push_back(name[1]);
    }
    return names;
}

TEST(Document, has_every_command_with_its_options_and_its_example) {
    const CommandLine samovar("/nowhere/s");
    const std::string document = text_of(SAMOVAR_CLI_DOCUMENT);
    const auto has = [&](const std::string& text) { return document.find(text) != document.npos; };
    const Words names = commands(samovar({"-h"}).out);
    ASSERT_EQ(names.size(), 28U);
    for (const std::string& name : names) {
        const std::string help = samovar({name, "-h"}).out;
        EXPECT_TRUE(has("## samovar " + name)) << name;
        const std::regex option("(--[a-z]+)[ ,]");
        for (std::sregex_iterator found(help.begin(), help.end(), option), end; found != end;
             ++found)
            EXPECT_TRUE(has((*found)[1].str())) << name << " " << (*found)[1];
        const std::size_t example = help.find("Example:\n  ");
        ASSERT_NE(example, std::string::npos) << name;
        const std::size_t begin = example + std::string("Example:\n  ").size();
        EXPECT_TRUE(has(help.substr(begin, help.find('\n', begin) - begin))) << name;
    }
}

}  // namespace
}  // namespace samovar::tests
