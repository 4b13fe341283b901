// `samovar top` on a terminal, and what it leaves there.

#include <gmock/gmock.h>
#include <signal.h>

#include "tests/integration/cli/command_line.hpp"
#include "tests/integration/cli/terminal.hpp"
#include "tests/support/daemon_under_test.hpp"

namespace samovar::tests {
namespace {

using testing::EndsWith;
using testing::HasSubstr;

constexpr const char* kEntered = "\x1b[?1049h\x1b[?25l";
constexpr const char* kLeft = "\x1b[?25h\x1b[?1049l";

class Top : public testing::Test {
  protected:
    void begin() {
        process = samovar.start({"top", "--interval", "0.05"}, {.in = terminal.path(),
                                                                .out = terminal.path(),
                                                                .err = terminal.path(),
                                                                .control = &terminal});
        ASSERT_TRUE(terminal.shows("q leave"));
    }
    bool comes_to(ipc::Residency residency) {
        return wait_until([&] { return daemon.model("add").residency == residency; });
    }
    // How it ended, and whether the terminal is as it was.
    int end() {
        const int code = samovar.said(*process).code;
        EXPECT_THAT(terminal.shown(), EndsWith(kLeft));
        EXPECT_TRUE(terminal.echoes());
        return code;
    }

    DaemonUnderTest daemon{{.models = {"add", "sleepy"}}};
    CommandLine samovar{daemon.socket()};
    Terminal terminal;
    std::unique_ptr<Process> process;
};

TEST_F(Top, takes_the_screen_and_gives_it_back) {
    begin();
    EXPECT_THAT(terminal.shown(), HasSubstr(kEntered));
    EXPECT_TRUE(terminal.shows("No model is loaded."));
    EXPECT_FALSE(terminal.echoes());
    terminal.type("q");
    EXPECT_EQ(end(), 0);
}

TEST_F(Top, shows_what_happens_and_obeys_its_keys) {
    begin();
    terminal.type("a");
    EXPECT_TRUE(terminal.shows("sleepy"));
    terminal.type("l");
    EXPECT_TRUE(terminal.shows("add: load is asked for"));
    EXPECT_TRUE(comes_to(ipc::Residency::hot));
    terminal.type("p");
    EXPECT_TRUE(terminal.shows("cannot be parked")) << "TorchScript on a CPU";
    terminal.type("u");
    EXPECT_TRUE(terminal.shows("add: unload is asked for"));
    EXPECT_TRUE(comes_to(ipc::Residency::cold));
    terminal.type("\x03");
    EXPECT_EQ(end(), 0);
}

TEST_F(Top, leaves_the_terminal_as_it_was_when_a_signal_ends_it) {
    for (const int number : {SIGINT, SIGTERM, SIGHUP}) {
        terminal = Terminal();
        begin();
        process->signal(number);
        EXPECT_EQ(end(), 5) << number;
    }
}

TEST_F(Top, draws_anew_for_another_size) {
    begin();
    EXPECT_TRUE(terminal.shows("q leave"));
    const std::size_t before = terminal.shown().size();
    terminal.resize(20, 10);
    EXPECT_TRUE(wait_until([&] {
        return terminal.shown().find("up/down choose  s so\x1b", before) != std::string::npos ||
               terminal.shown().find("up/down choose  s so\x1b[0m", before) != std::string::npos;
    }));
    terminal.type("q");
    end();
}

TEST_F(Top, goes_on_without_a_daemon_and_says_so) {
    begin();
    daemon.stop();
    EXPECT_TRUE(terminal.shows("no samovard listens"));
    terminal.type("q");
    EXPECT_EQ(end(), 0);
}

TEST_F(Top, needs_a_terminal_or_json) {
    const Said refused = samovar({"top"});
    EXPECT_EQ(refused.code, 2);
    EXPECT_THAT(refused.err, HasSubstr("a live screen needs a terminal"));
    EXPECT_THAT(refused.err, HasSubstr("`samovar ps` prints the same once"));
    EXPECT_EQ(refused.out, "");
}

TEST_F(Top, prints_a_line_each_time_with_json) {
    process = samovar.start({"top", "--json", "--interval", "0.05"}, {.out = terminal.path()});
    EXPECT_TRUE(wait_until([&] { return lines(terminal.shown()).size() > 3; }));
    process->signal(SIGINT);
    EXPECT_EQ(samovar.said(*process).code, 5);
    EXPECT_EQ(Json::parse(lines(terminal.shown())[1])["models"].size(), 2U);
}

}  // namespace
}  // namespace samovar::tests
