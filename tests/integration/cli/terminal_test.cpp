// What only a person at a terminal gets: a progress bar, and colours.

#include <gmock/gmock.h>

#include "tests/integration/cli/command_line.hpp"
#include "tests/integration/cli/samples.hpp"
#include "tests/integration/cli/terminal.hpp"
#include "tests/support/daemon_under_test.hpp"

namespace samovar::tests {
namespace {

using testing::HasSubstr;
using testing::Not;

// The first of a sequence that makes colours, and of any.
constexpr const char* kBold = "\x1b[1m";
constexpr const char* kRed = "\x1b[31m";
constexpr const char* kWipe = "\r\x1b[K";

class OnATerminal : public testing::Test {
  protected:
    // Six jobs of 60 ms and more.
    Words run_many() const {
        Words words{"run", "sleepy", "-o", "out"};
        for (int i = 0; i < 6; ++i) {
            words.push_back("job" + std::to_string(i) + ".npy");
            write_count(samovar.at(words.back()), 60);
        }
        return words;
    }
    // Of a command whose two streams are the terminal, with these variables.
    std::string shown_by(const Words& words, const Words& environment = {}) const {
        Terminal terminal;
        samovar(words,
                {.out = terminal.path(), .err = terminal.path(), .environment = environment});
        return terminal.shown();
    }

    DaemonUnderTest daemon{{.models = {"sleepy"}, .arguments = {"--drain", "0.2"}}};
    CommandLine samovar{daemon.socket()};
};

TEST_F(OnATerminal, colours_are_shown) {
    EXPECT_THAT(shown_by({"models"}), HasSubstr(std::string(kBold) + "sleepy\x1b[0m"));
    EXPECT_THAT(shown_by({"info", "nope"}), HasSubstr(std::string(kRed) + "samovar:\x1b[0m"));
    EXPECT_THAT(shown_by({"models"}, {"NO_COLOR="}), HasSubstr(kBold))
        << "an empty value counts not";
}

TEST_F(OnATerminal, no_colours_are_shown_with_no_color_or_to_a_dumb_terminal) {
    for (const char* variable : {"NO_COLOR=1", "TERM=dumb"})
        for (const Words& words : std::vector<Words>{{"models"},
                                                     {"ps"},
                                                     {"info", "sleepy"},
                                                     {"reload"},
                                                     {"info", "nope"},
                                                     {"load", "sleepy"}})
            EXPECT_THAT(shown_by(words, {variable}), Not(HasSubstr("m\x1b"))) << variable;
    const std::string bar = shown_by(run_many(), {"NO_COLOR=1"});
    EXPECT_THAT(bar, HasSubstr("/6"));
    EXPECT_EQ(bar.find("\x1b["), bar.find(kWipe + 1)) << bar;
    for (const char* colour : {kBold, kRed, "\x1b[32m", "\x1b[33m", "\x1b[2m"})
        EXPECT_THAT(bar, Not(HasSubstr(colour)));
}

TEST_F(OnATerminal, many_jobs_have_a_bar_that_is_wiped_at_the_end) {
    Terminal terminal;
    const Said said = samovar(run_many(), {.err = terminal.path()});
    EXPECT_EQ(said.code, 0);
    const std::string& shown = terminal.shown();
    EXPECT_THAT(shown, testing::ContainsRegex("\r\\[=+>? *\\] [1-5]/6, [0-9.]+ a second"));
    const std::size_t last_bar = shown.rfind("/6");
    EXPECT_NE(shown.find(kWipe, last_bar), std::string::npos);
    EXPECT_THAT(shown.substr(shown.rfind(kWipe)),
                testing::ContainsRegex("6 of 6 jobs done in [0-9.]+ s"));
    EXPECT_EQ(lines(said.out).size(), 6U);
    EXPECT_THAT(said.out, Not(HasSubstr("\x1b"))) << "standard output is a file";
}

TEST_F(OnATerminal, one_job_shows_what_it_waits_for) {
    Terminal terminal;
    samovar({"run", "sleepy", "--input", "count=[300]"}, {.err = terminal.path()});
    EXPECT_THAT(terminal.shown(), HasSubstr("\rsleepy"));
}

TEST_F(OnATerminal, ctrl_c_cancels_and_leaves_a_clean_line) {
    ASSERT_EQ(samovar({"load", "sleepy"}).code, 0);
    Terminal terminal;
    const auto process =
        samovar.start({"run", "sleepy", "--input", "count=[100000]"},
                      {.out = terminal.path(), .err = terminal.path(), .control = &terminal});
    EXPECT_TRUE(terminal.shows("sleepy ..."));
    terminal.type("\x03");
    EXPECT_TRUE(terminal.shows(std::string(kWipe) + "samovar: cancelled; 0 of 1 job done"));
    EXPECT_EQ(samovar.said(*process).code, 5);
}

TEST_F(OnATerminal, the_bytes_of_a_file_are_not_shown) {
    EXPECT_THAT(shown_by({"run", "sleepy", "--input", "count=[1]", "-o", "-"}),
                HasSubstr("a terminal cannot show the bytes of a file"));
}

TEST_F(OnATerminal, documents_are_indented_for_people) {
    EXPECT_THAT(shown_by({"ping", "--json"}), HasSubstr("{\r\n  \"daemon\": "));
}

TEST_F(OnATerminal, a_pipe_gets_nothing_of_the_sort) {
    for (const Words& words : std::vector<Words>{run_many(),
                                                 {"models"},
                                                 {"ps"},
                                                 {"info", "sleepy"},
                                                 {"load", "sleepy"},
                                                 {"reload"},
                                                 {"ping"},
                                                 {"unload", "sleepy"},
                                                 {"info", "nope"}}) {
        // Colours could be forced by variables of others; they are not heard.
        const Said said =
            samovar(words, {.environment = {"TERM=xterm-256color", "CLICOLOR_FORCE=1"}});
        EXPECT_THAT(said.out + said.err, Not(HasSubstr("\x1b"))) << words[0];
        EXPECT_THAT(said.out + said.err, Not(HasSubstr("\r"))) << words[0];
    }
}

TEST_F(OnATerminal, only_the_stream_that_is_one_gets_colours) {
    Terminal terminal;
    const Said said = samovar({"models"}, {.err = terminal.path()});
    EXPECT_THAT(said.out, Not(HasSubstr("\x1b")));
    EXPECT_EQ(terminal.shown(), "");
}

}  // namespace
}  // namespace samovar::tests
