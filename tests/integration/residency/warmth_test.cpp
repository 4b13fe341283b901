// What is told of how models were used, and of what keeping them warm bought and cost.

#include "tests/integration/residency/residency.hpp"

namespace samovar::tests {
namespace {

using testing::ElementsAre;

class WarmthTold : public WithRules {
  protected:
    ModelStatus status(const std::string& model) {
        for (ModelStatus& each : client.status(true).value().models)
            if (each.name == model) return std::move(each);
        throw std::runtime_error("no status of " + model);
    }
    std::vector<std::string> kinds(const std::string& model) {
        std::vector<std::string> words;
        for (const CallTimes& calls : client.warmth(model).value().calls)
            words.push_back(calls.kind + " " + std::to_string(calls.calls));
        return words;
    }
    // Calls of "add" by minute, as "2 after 0 min".
    std::vector<std::string> minutes() {
        std::vector<std::string> words;
        const auto all = client.calls().value();
        for (const MinuteOfCalls& minute : all)
            words.push_back(
                std::to_string(minute.calls) + " after " +
                std::to_string(duration_cast<std::chrono::minutes>(minute.at - all[0].at).count()) +
                " min");
        return words;
    }
};

TEST_F(WarmthTold, a_status_names_bytes_uses_cold_starts_and_the_next_step) {
    take("tiny-pt2", "keep_alive = \"10m\"\npark_after = \"1m\"\n");
    take("add", "");
    EXPECT_EQ(client.status().value().models.size(), 0U);
    EXPECT_EQ(status("add").uses, 0U);
    EXPECT_FALSE(status("add").changes);
    client.load("tiny-pt2").value();
    ModelStatus tiny = status("tiny-pt2");
    EXPECT_EQ(tiny.device, "cpu");
    EXPECT_GT(tiny.device_bytes, 0U);
    EXPECT_EQ(tiny.host_bytes, 0U);
    EXPECT_TRUE(tiny.changes);
    EXPECT_EQ(tiny.next_rung, "parked");
    EXPECT_EQ(tiny.next_rule, "keep-alive");
    EXPECT_LE(tiny.next_in, 1min);
    daemon.pass(1min);
    ASSERT_TRUE(comes_to("tiny-pt2", Residency::parked));
    tiny = status("tiny-pt2");
    EXPECT_EQ(tiny.device_bytes, 0U);
    EXPECT_GT(tiny.host_bytes, 0U);
    EXPECT_EQ(tiny.uses, 0U) << "a load is no call";
}

TEST_F(WarmthTold, uses_and_cold_starts_outlive_a_version) {
    take("add", "keep_alive = \"1m\"\n");
    add();
    add();
    EXPECT_EQ(status("add").uses, 2U);
    EXPECT_EQ(status("add").cold_starts, 1U);
    daemon.pass(30s);
    EXPECT_GE(status("add").idle, 30s);
    std::filesystem::remove_all(daemon.models() / "add");
    take("add", "keep_alive = \"2m\"\n");
    EXPECT_EQ(status("add").uses, 2U);
    daemon.pass(2min);
    ASSERT_TRUE(comes_to("add", Residency::cold));
    add();
    EXPECT_EQ(status("add").uses, 3U);
    EXPECT_EQ(status("add").cold_starts, 2U);
}

TEST_F(WarmthTold, calls_are_timed_by_how_they_found_their_model) {
    take("add", "keep_alive = \"forever\"\n");
    add();
    add();
    daemon.pass(10s);
    add();
    daemon.pass(2min);
    add();
    daemon.pass(2h);
    add();
    EXPECT_THAT(kinds("add"), ElementsAre("cold 1", "after an hour 1", "after a minute 1",
                                          "after a second 1", "hot 1"));
    const Warmth warmth = client.warmth("add").value();
    EXPECT_GT(warmth.calls[0].p50, warmth.calls.back().p50) << "a load takes longer than a call";
    EXPECT_EQ(client.warmth("nope").error().code, Errc::unknown_model);
}

TEST_F(WarmthTold, loads_that_a_call_found_ready_are_told_from_those_in_vain) {
    take("add", "keep_alive = \"1m\"\n");
    client.load("add").value();
    daemon.pass(30s);
    add();
    daemon.pass(1min);
    ASSERT_TRUE(comes_to("add", Residency::cold));
    client.load("add").value();
    daemon.pass(1min);
    ASSERT_TRUE(comes_to("add", Residency::cold));
    const Warmth warmth = client.warmth("add").value();
    EXPECT_THAT(kinds("add"), ElementsAre("brought up 1"));
    ASSERT_EQ(warmth.brought_up.size(), 1U);
    EXPECT_EQ(warmth.brought_up[0].cause, "operator");
    EXPECT_EQ(warmth.brought_up[0].times, 2U);
    EXPECT_EQ(warmth.brought_up[0].met, 1U);
    EXPECT_EQ(warmth.brought_up[0].unmet, 1U);
    EXPECT_GE(warmth.brought_up[0].idle, 150s);
    EXPECT_LT(warmth.brought_up[0].idle, 170s);
    EXPECT_EQ(warmth.cold_starts, 0U);
}

TEST_F(WarmthTold, self_warming_is_timed_beside_the_calls_and_is_none) {
    take("add", "keep_alive = \"forever\"\nself_warm = \"5m\"\n");
    add();
    for (std::uint64_t ticks = 1; ticks <= 3; ++ticks) {
        daemon.pass(5min);
        ASSERT_TRUE(wait_until([&] {
            const Warmth warmth = client.warmth("add").value();
            return warmth.calls.back().kind == "self-warming" && warmth.calls.back().calls == ticks;
        }));
    }
    const Warmth warmth = client.warmth("add").value();
    EXPECT_THAT(kinds("add"), ElementsAre("cold 1", "self-warming 3"));
    EXPECT_GT(warmth.calls.back().p50, 0ns);
    EXPECT_GE(warmth.calls.back().p99, warmth.calls.back().p50);
    EXPECT_EQ(warmth.uses, 1U);
    EXPECT_GE(warmth.brought_up[0].idle, 15min);
}

TEST_F(WarmthTold, what_loads_saved_is_told_where_it_was_measured) {
    take("add", "keep_alive = \"1m\"\n");
    client.load("add").value();
    add();
    EXPECT_FALSE(client.warmth("add").value().brought_up[0].saved) << "no cold call is known";
    daemon.pass(1min);
    ASSERT_TRUE(comes_to("add", Residency::cold));
    add();
    const Warmth warmth = client.warmth("add").value();
    ASSERT_EQ(warmth.brought_up[1].cause, "operator");
    ASSERT_TRUE(warmth.brought_up[1].saved);
    EXPECT_LE(*warmth.brought_up[1].saved, warmth.calls[0].p50 * 21 / 20)
        << "one cold call, within 5 percent, less what the other took";
    EXPECT_GT(*warmth.brought_up[1].saved, 0ms);
    EXPECT_EQ(warmth.brought_up[0].saved, 0ms) << "the load on demand met nobody";
}

TEST_F(WarmthTold, bytes_are_estimates_before_the_first_load_and_measured_after_it) {
    take("tiny-pt2", "");
    ModelInfo info = client.info("tiny-pt2").value();
    EXPECT_FALSE(info.measured);
    EXPECT_GT(info.held_bytes, 0U);
    EXPECT_EQ(status("tiny-pt2").device_bytes, 0U) << "it holds nothing";
    client.load("tiny-pt2").value();
    info = client.info("tiny-pt2").value();
    EXPECT_TRUE(info.measured);
    EXPECT_GE(info.held_bytes, info.last_load.weight_bytes);
    EXPECT_EQ(status("tiny-pt2").device_bytes, info.held_bytes);
    EXPECT_TRUE(status("tiny-pt2").measured);
}

TEST_F(WarmthTold, calls_are_counted_by_the_minute) {
    take("add", "keep_alive = \"forever\"\n");
    add();
    daemon.pass(1min);
    EXPECT_THAT(minutes(), ElementsAre("1 after 0 min"));
    daemon.pass(9min);
    add();
    EXPECT_THAT(minutes(), ElementsAre("1 after 0 min")) << "the minute goes on";
    daemon.pass(1min);
    EXPECT_THAT(minutes(), ElementsAre("1 after 0 min", "1 after 10 min"));
    const auto second = client.calls().value()[1].at;
    EXPECT_EQ(client.calls(second).value().size(), 1U);
    EXPECT_EQ(client.calls(second + 1ms).value().size(), 0U);
}

}  // namespace
}  // namespace samovar::tests
