// `samovar run` cut off: by Ctrl-C, by SIGKILL, by a reader that went away.

#include <gmock/gmock.h>
#include <signal.h>

#include "tests/integration/cli/command_line.hpp"
#include "tests/integration/cli/samples.hpp"
#include "tests/support/daemon_under_test.hpp"

namespace samovar::tests {
namespace {

using testing::EndsWith;
using testing::HasSubstr;

class Interrupted : public testing::Test {
  protected:
    static constexpr std::size_t kPhotos = 40;

    Interrupted() {
        write_photo(samovar.at("photo.png"), 900, 700);
        for (std::size_t i = 0; i < kPhotos; ++i) {
            const std::string name = "p" + std::to_string(100 + i) + ".png";
            std::filesystem::create_hard_link(samovar.at("photo.png"), samovar.at(name));
            all.push_back(name);
        }
        std::filesystem::create_directory(samovar.at("out"));
    }

    // Begins a long run, and waits until its first result is there.
    std::unique_ptr<Process> start_many() {
        Words words{"run", "invert", "-o", "out"};
        words.insert(words.end(), all.begin(), all.end());
        auto process = samovar.start(words);
        EXPECT_TRUE(wait_until([&] { return !samovar.files("out").empty(); }));
        return process;
    }
    // How many results there are; each must be whole, and nothing else be there.
    std::size_t whole_results() const {
        const Words names = samovar.files("out");
        const Bytes expected = inverted(pixels_of(samovar.at("photo.png")));
        for (const std::string& name : names) {
            EXPECT_THAT(name, EndsWith("-invert.png"));
            EXPECT_EQ(pixels_of(samovar.at("out/" + name)), expected) << name;
        }
        return names.size();
    }

    Words all;
    DaemonUnderTest daemon{{.models = {"invert", "sleepy"}, .arguments = {"--drain", "0.2"}}};
    CommandLine samovar{daemon.socket()};
};

TEST_F(Interrupted, a_run_ends_with_5_and_what_it_has_written_is_whole) {
    for (const int signal : {SIGINT, SIGTERM}) {
        const auto process = start_many();
        process->signal(signal);
        const Said said = samovar.said(*process);
        EXPECT_EQ(said.code, 5) << said.err;
        EXPECT_THAT(said.err, HasSubstr("samovar: cancelled; "));
        const std::size_t whole = whole_results();
        EXPECT_LT(whole, kPhotos);
        EXPECT_EQ(said.out.empty(), false);
        for (const std::string& told : lines(said.out))
            EXPECT_TRUE(std::filesystem::exists(samovar.at(told))) << told;
        for (const std::string& name : samovar.files("out"))
            std::filesystem::remove(samovar.at("out/" + name));
    }
    EXPECT_TRUE(wait_until([&] { return daemon.status().sessions == 1; })) << "that of the test";
}

TEST_F(Interrupted, a_job_that_runs_in_the_worker_is_not_waited_for) {
    ASSERT_EQ(samovar({"load", "sleepy"}).code, 0);
    const auto process = samovar.start({"run", "sleepy", "--input", "count=[100000]", "--json"});
    EXPECT_TRUE(wait_until([&] { return daemon.worker().in_flight == 1; }));
    process->signal(SIGINT);
    const Said said = samovar.said(*process);
    EXPECT_EQ(said.code, 5);
    EXPECT_EQ(said.json().at(0)["status"], "cancelled");
    EXPECT_EQ(said.json().at(0)["error"]["code"], "cancelled");
}

TEST_F(Interrupted, a_second_signal_ends_it_at_once) {
    ASSERT_EQ(samovar({"load", "sleepy"}).code, 0);
    const auto process = samovar.start({"run", "sleepy", "--input", "count=[100000]"});
    EXPECT_TRUE(wait_until([&] { return daemon.worker().in_flight == 1; }));
    process->signal(SIGINT);
    process->signal(SIGTERM);
    EXPECT_EQ(samovar.said(*process).code, 5);
}

TEST_F(Interrupted, a_command_that_waits_for_the_daemon_ends_with_5) {
    daemon.signal(SIGSTOP);
    const auto process = samovar.start({"ping"});
    // It waits for the greeting of a daemon that does not run.
    EXPECT_TRUE(wait_until([&] { return has_socket(process->pid()); }));
    process->signal(SIGINT);
    const Said said = samovar.said(*process);
    daemon.signal(SIGCONT);
    EXPECT_EQ(said.code, 5);
    EXPECT_THAT(said.err, HasSubstr("samovar: interrupted"));
}

TEST_F(Interrupted, sigkill_leaves_no_half_written_file) {
    const auto process = start_many();
    process->signal(SIGKILL);
    EXPECT_EQ(samovar.said(*process).signal, SIGKILL);
    EXPECT_LT(whole_results(), kPhotos);
}

TEST_F(Interrupted, where_nobody_reads_any_more_it_ends_quietly_as_others_do) {
    const Said models = samovar.shell("exec 3> >(exit); wait $!; $SAMOVAR models >&3; echo $?");
    EXPECT_EQ(models.out, std::to_string(128 + SIGPIPE) + "\n");
    EXPECT_EQ(models.err, "");
    EXPECT_EQ(samovar.shell("$SAMOVAR models | head -1 | wc -l").out, "1\n");
}

TEST_F(Interrupted, a_run_whose_reader_goes_away_leaves_no_half_written_file) {
    const Said said =
        samovar.shell("exec 3> >(exit); wait $!; $SAMOVAR run invert p1*.png -o out >&3; echo $?");
    // Told at its end, or as soon as there was a buffer full of it.
    EXPECT_EQ(said.out, std::to_string(128 + SIGPIPE) + "\n");
    whole_results();
}

}  // namespace
}  // namespace samovar::tests
