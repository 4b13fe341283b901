// `samovar simulate`, on an excerpt of a public trace and on what a daemon has kept.

#include <gmock/gmock.h>

#include <fstream>

#include "tests/integration/cli/command_line.hpp"
#include "tests/integration/cli/samples.hpp"
#include "tests/support/daemon_under_test.hpp"

namespace samovar::tests {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::StartsWith;

constexpr const char* kExcerpt = SAMOVAR_TEST_DATA "/azure2019/excerpt.csv";

class Simulate : public testing::Test {
  protected:
    // One object a policy.
    std::vector<Json> outcomes(Words words) const {
        words.insert(words.begin(), "simulate");
        words.emplace_back("--json");
        const Said said = samovar(words);
        EXPECT_EQ(said.code, 0) << said.err;
        std::vector<Json> all;
        for (const std::string& line : lines(said.out))
            all.push_back(Json::parse(line));
        return all;
    }
    // Without a line break in it.
    std::string written(const std::string& name, const std::string& text) const {
        std::ofstream(samovar.at(name)) << text;
        return name;
    }

    CommandLine samovar{"/nowhere/s"};
};

TEST_F(Simulate, judges_every_policy_by_one_trace) {
    const auto all = outcomes({kExcerpt, "--policy", "fixed:10", "--policy", "hybrid", "--policy",
                               "forecast:price=0.01,load=0.1", "--policy",
                               "window:mon 08:00-18:00 UTC", "--policy", "oracle"});
    ASSERT_EQ(all.size(), 5U);
    for (const Json& each : all) {
        EXPECT_EQ(each["functions"], 8) << each;
        EXPECT_EQ(each["call_minutes"], all[0]["call_minutes"]) << each;
        EXPECT_LE(each["cold_starts"], each["call_minutes"]) << each;
        EXPECT_GE(each["loads"], each["cold_starts"]) << each;
        EXPECT_GE(each["p75_cold_percent"], 0.0) << each;
    }
    EXPECT_EQ(all[0]["policy"], "fixed:10");
    EXPECT_GT(all[0]["idle_minutes"], 0);
    EXPECT_EQ(all[4]["cold_starts"], 0) << "the oracle knows";
    EXPECT_EQ(all[4]["idle_minutes"], 0);
}

TEST_F(Simulate, keeps_longer_for_fewer_cold_starts) {
    const auto all = outcomes({kExcerpt, "--policy", "fixed:1", "--policy", "fixed:60"});
    EXPECT_GT(all[0]["cold_starts"], all[1]["cold_starts"]);
    EXPECT_LT(all[0]["idle_minutes"], all[1]["idle_minutes"]);
}

TEST_F(Simulate, shows_a_table_and_draws_a_picture_of_either_kind) {
    const Said said = samovar({"simulate", kExcerpt, "--plot", "curve.svg"});
    EXPECT_EQ(said.code, 0) << said.err;
    EXPECT_THAT(said.out, AllOf(StartsWith("POLICY "), HasSubstr("\nforecast "),
                                HasSubstr("\nhybrid "), HasSubstr("\noracle ")));
    EXPECT_THAT(text_of(samovar.at("curve.svg")), HasSubstr("<svg"));
    EXPECT_EQ(samovar({"simulate", kExcerpt, "--plot", "curve.png"}).code, 0);
    EXPECT_THAT(text_of(samovar.at("curve.png")), StartsWith("\x89PNG"));
    EXPECT_EQ(samovar({"simulate", kExcerpt, "--plot", "curve.pdf"}).code, 2);
}

TEST_F(Simulate, refuses_a_trace_with_holes_by_line_and_column) {
    const Said hole = samovar({"simulate", written("hole.csv", "a,b,c,d,1,2,3\no,p,f,,1,,0\n")});
    EXPECT_EQ(hole.code, 1);
    EXPECT_THAT(hole.err, HasSubstr("hole.csv, line 2, column 6 (minute 2): the cell is empty"));
    const Said gap = samovar({"simulate", written("gap.csv", "a,b,c,d,1,3\no,p,f,,1,0\n")});
    EXPECT_EQ(gap.code, 1);
    EXPECT_THAT(gap.err, AllOf(HasSubstr("gap.csv, line 1, column 6 (minute 2): the heading"),
                               HasSubstr("without a hole: fill the missing ones in")));
    EXPECT_EQ(samovar({"simulate", "nowhere.csv"}).code, 1);
    EXPECT_EQ(samovar({"simulate", kExcerpt, "--policy", "always"}).code, 2);
}

TEST_F(Simulate, replays_the_calls_that_a_daemon_has_kept) {
    DaemonUnderTest daemon{{.models = {"add", "sleepy"}, .given_clock = true}};
    const CommandLine live(daemon.socket());
    const Words call{"run", "add", "--input", "x=[1]", "--input", "y=[2]"};
    const auto now = std::chrono::system_clock::now().time_since_epoch();
    daemon.pass(std::chrono::minutes(1) - now % std::chrono::minutes(1));  // no minute ends below
    for (int i = 0; i < 3; ++i) {
        ASSERT_EQ(live(call).code, 0);
        daemon.pass(std::chrono::minutes(5));
    }
    ASSERT_EQ(live({"run", "sleepy", "--input", "count=[1]"}).code, 0);
    daemon.pass(std::chrono::minutes(1));
    const Said calls = live({"events", "--calls", "--json"});
    EXPECT_EQ(lines(calls.out).size(), 4U) << calls.out;
    const auto all = outcomes({samovar.at(written("calls.json", calls.out)), "--policy", "fixed:4",
                               "--policy", "fixed:5"});
    EXPECT_EQ(all[0]["functions"], 2) << "a model each";
    EXPECT_EQ(all[0]["call_minutes"], 4);
    EXPECT_EQ(all[0]["cold_starts"], 4);
    EXPECT_EQ(all[1]["cold_starts"], 2) << "the first of each";
    EXPECT_EQ(live({"events", "--calls", "--follow"}).code, 2);
}

TEST_F(Simulate, does_not_take_moves_for_calls) {
    const Said said = samovar(
        {"simulate", written("moves.json", R"({"at_ms":1,"model":"a","from":"cold","to":"hot"})")});
    EXPECT_EQ(said.code, 1);
    EXPECT_THAT(said.err, AllOf(HasSubstr("moves.json, line 1: this is a move of a model"),
                                HasSubstr("`samovar events --calls --json` prints them")));
}

}  // namespace
}  // namespace samovar::tests
