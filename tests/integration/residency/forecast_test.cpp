// Models that a forecast keeps, and that warm themselves.

#include "tests/integration/residency/residency.hpp"

namespace samovar::tests {
namespace {

using Forecast = WithRules;
using SelfWarming = WithRules;

TEST_F(Forecast, keeps_a_model_for_the_minute_of_its_call_and_lets_a_one_off_go) {
    take("add", "forecast = true\nprice = 10\n");
    add();
    EXPECT_EQ(residency("add"), Residency::hot);
    daemon.pass(1min);
    EXPECT_TRUE(comes_to("add", Residency::cold)) << client.why("add").value().text;
    EXPECT_THAT(client.why("add").value().text,
                testing::HasSubstr("and an idle minute the price of 10 cold starts"));
}

TEST_F(Forecast, keeps_what_is_called_every_minute_and_says_why) {
    take("add", "forecast = true\nprice = 0.01\n");
    for (int i = 0; i < 5; ++i) {
        add();
        daemon.pass(1min);
    }
    const Explanation why = client.why("add").value();
    EXPECT_EQ(residency("add"), Residency::hot);
    EXPECT_EQ(why.rule, "forecast");
    EXPECT_THAT(why.text, testing::HasSubstr("a call is likely enough: a call in this minute"));
}

// After some rounds it knows the hour, and is there before the call.
TEST_F(Forecast, brings_a_model_up_before_a_call_that_comes_every_quarter_of_an_hour) {
    take("add", "forecast = true\nprice = 0.1\n");
    bool was_hot = false;
    for (int round = 0; round < 40; ++round) {
        was_hot = residency("add") == Residency::hot;
        add();
        daemon.pass(1min);
        EXPECT_TRUE(round < 30 || comes_to("add", Residency::cold)) << "not between the calls";
        for (int minute = 1; minute < 15; ++minute)
            daemon.pass(1min);
        EXPECT_TRUE(round < 30 || comes_to("add", Residency::hot)) << round;
    }
    EXPECT_TRUE(was_hot);
}

TEST_F(SelfWarming, runs_jobs_through_the_worker_that_are_no_uses) {
    take("add", "keep_alive = \"12m\"\nself_warm = \"5m\"\n");
    add();
    const auto warmed = [&] {
        std::size_t count = 0;
        const std::string log = daemon.log();
        for (auto at = log.find("warmed itself"); at != log.npos;
             at = log.find("warmed itself", at + 1))
            ++count;
        return count;
    };
    daemon.pass(5min);
    EXPECT_TRUE(wait_until([&] { return warmed() == 1; })) << daemon.log();
    daemon.pass(5min);
    EXPECT_TRUE(wait_until([&] { return warmed() == 2; }));
    EXPECT_EQ(client.info("add").value().jobs_done, 1U);
    daemon.pass(2min);
    EXPECT_TRUE(comes_to("add", Residency::cold)) << "its keep-alive runs from its last use";
}

TEST_F(SelfWarming, goes_through_a_channel_where_tensors_are_large) {
    take("invert", "keep_alive = \"12m\"\nself_warm = \"5m\"\n");
    client.load("invert").value();
    daemon.pass(5min);
    EXPECT_TRUE(wait_until([&] { return daemon.log().find("warmed itself") != std::string::npos; }))
        << daemon.log();
    EXPECT_TRUE(wait_until([&] { return client.status().value().channels == 0; }));
}

}  // namespace
}  // namespace samovar::tests
