// `samovar bench` against a real samovard.

#include <gmock/gmock.h>
#include <signal.h>

#include <algorithm>

#include "tests/integration/cli/command_line.hpp"
#include "tests/integration/cli/samples.hpp"
#include "tests/support/daemon_under_test.hpp"

namespace samovar::tests {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::StartsWith;

class Bench : public testing::Test {
  protected:
    // A short one: no figure of it is judged.
    Said bench(Words words) const {
        words.insert(words.begin(), "bench");
        words.insert(words.end(), {"--warm-up", "20ms"});
        if (std::find(words.begin(), words.end(), "--duration") == words.end())
            words.insert(words.end(), {"--duration", "200ms"});
        return samovar(words);
    }
    Json measured(Words words) const {
        words.emplace_back("--json");
        const Said said = bench(words);
        EXPECT_EQ(said.code, 0) << said.err;
        return said.json();
    }

    DaemonUnderTest daemon{{.models = {"add", "invert", "sleepy", "throws", "indexer"}}};
    CommandLine samovar{daemon.socket()};
};

TEST_F(Bench, goes_up_the_callers_and_tells_of_each_level) {
    const Json json = measured({"add", "--concurrency", "1,4", "--size", "n=16"});
    EXPECT_EQ(json["loop"], "closed");
    ASSERT_EQ(json["levels"].size(), 2U);
    EXPECT_EQ(json["levels"][1]["callers"], 4.0);
    for (const Json& level : json["levels"]) {
        EXPECT_GT(level["done"], 0) << level;
        EXPECT_EQ(level["calls"], level["done"]) << level;
        EXPECT_GT(level["calls_per_second"], 0.0) << level;
        EXPECT_LE(level["p50_us"], level["percentile_us"]) << level;
        EXPECT_NEAR(level["queue_us"].get<double>() + level["device_us"].get<double>() +
                        level["overhead_us"].get<double>(),
                    level["mean_us"].get<double>(), 0.5)
            << level;
    }
}

TEST_F(Bench, sends_at_a_rate_whatever_became_of_earlier_calls) {
    // About 50 ms a job, 100 jobs a second: most wait for many others, and their wait counts.
    const Json json =
        measured({"sleepy", "--input", "count=[30]", "--rate", "100", "--percentile", "90"});
    EXPECT_EQ(json["loop"], "open");
    const Json& level = json["levels"].at(0);
    EXPECT_EQ(level["sent_per_second"], 100.0);
    EXPECT_GT(level["calls"], 0);
    EXPECT_GT(level["percentile_us"].get<double>(), 3 * level["device_us"].get<double>());
}

TEST_F(Bench, stops_where_the_objective_breaks_and_says_so_by_its_code) {
    const Words impossible{"add", "--concurrency", "1,2,4", "--slo", "0.0001", "--json"};
    const Said said = bench(impossible);
    EXPECT_EQ(said.code, 1);
    EXPECT_EQ(said.json()["levels"].size(), 1U) << "the first already breaks it";
    EXPECT_TRUE(said.json()["best"].is_null());
    EXPECT_THAT(said.err, HasSubstr("no level holds a p99 of"));
    const Json easy = measured({"add", "--concurrency", "1,2", "--slo", "60000"});
    EXPECT_EQ(easy["best"], 2.0);
}

TEST_F(Bench, counts_what_is_too_late_apart) {
    const Json json = measured({"sleepy", "--input", "count=[100]", "--concurrency", "8",
                                "--deadline", "400ms", "--duration", "800ms"});
    const Json& level = json["levels"].at(0);
    EXPECT_GT(level["too_late"], 0) << level;
    EXPECT_EQ(level["failed"], 0) << level;
    EXPECT_EQ(level["calls"].get<int>(),
              level["done"].get<int>() + level["too_late"].get<int>() + level["busy"].get<int>());
}

TEST_F(Bench, brings_pictures_that_are_made_up_or_given_by_turns) {
    write_photo(samovar.at("a.png"), 40, 24);
    write_photo(samovar.at("b.png"), 600, 500);
    EXPECT_GT(measured({"invert", "--concurrency", "2"})["levels"][0]["done"], 0);
    EXPECT_GT(measured({"invert", "a.png", "b.png", "--concurrency", "2"})["levels"][0]["done"], 0);
    const Said both = bench({"invert", "a.png", "--size", "height=9"});
    EXPECT_EQ(both.code, 2);
    EXPECT_THAT(both.err, HasSubstr("both --size and inputs are given"));
}

TEST_F(Bench, prints_a_table_and_writes_csv_and_a_chart) {
    const Said said = bench({"add", "--concurrency", "1,2", "--csv", "a.csv", "--plot", "a.svg"});
    EXPECT_EQ(said.code, 0) << said.err;
    EXPECT_THAT(said.out, StartsWith("CALLERS  CALLS/S"));
    EXPECT_THAT(text_of(samovar.at("a.csv")), StartsWith("callers,calls,done,"));
    EXPECT_EQ(lines(text_of(samovar.at("a.csv"))).size(), 3U);
    EXPECT_THAT(text_of(samovar.at("a.svg")), AllOf(HasSubstr("<svg"), HasSubstr(">p99<")));
    EXPECT_THAT(bench({"add", "--concurrency", "1", "--csv", "-"}).out, StartsWith("callers,"));
}

TEST_F(Bench, ends_with_the_error_that_every_call_has) {
    const Said said = bench({"throws", "--input", "x=[-1]", "--concurrency", "1"});
    EXPECT_EQ(said.code, 1);
    EXPECT_THAT(said.err, HasSubstr("this model takes no negative numbers"));
    EXPECT_EQ(bench({"nope"}).code, 4);
}

TEST_F(Bench, refuses_what_it_cannot_mean) {
    for (const Words& words : std::vector<Words>{{"add", "--concurrency", "0"},
                                                 {"add", "--concurrency", "1", "--rate", "5"},
                                                 {"add", "--rate", "fast"},
                                                 {"add", "--percentile", "100"},
                                                 {"add", "--slo", "soon"},
                                                 {"add", "--plot", "a.pdf"},
                                                 {"add", "--size", "n"},
                                                 {"add", "--size", "m=1"},
                                                 {"add", "--json", "--csv", "-"},
                                                 {"add", "--concurrency", "300"}})
        EXPECT_EQ(bench(words).code, 2) << words.back();
}

TEST_F(Bench, ends_at_once_when_it_is_interrupted) {
    const auto process =
        samovar.start({"bench", "add", "--concurrency", "1", "--duration", "600s"});
    ASSERT_TRUE(wait_until([&] {
        return samovar({"info", "add", "--json"}).json()["jobs_done"] > 10;
    }));
    process->signal(SIGTERM);
    EXPECT_EQ(samovar.said(*process).code, 5);
}

}  // namespace
}  // namespace samovar::tests
