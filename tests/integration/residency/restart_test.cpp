// What outlives the daemon.

#include <fstream>

#include "tests/integration/residency/residency.hpp"

namespace samovar::tests {
namespace {

namespace fs = std::filesystem;

class Restart : public WithRules {
  protected:
    // Ends the daemon and starts it again, with its state.
    void again() {
        daemon.stop();
        daemon.start();
        client = Client::connect({.socket = daemon.socket()}).value();
    }
    fs::path memory() const { return daemon.state() / "residency.state"; }
};

TEST_F(Restart, brings_back_what_was_in_use_and_not_what_was_not) {
    take("add", "");
    take("invert", "");
    add();
    client.load("invert").value();
    client.unload("invert").value();
    again();
    EXPECT_TRUE(comes_to("add", Residency::hot));
    EXPECT_EQ(residency("invert"), Residency::cold);
    EXPECT_EQ(client.why("add").value().rule, "keep-alive");
}

TEST_F(Restart, keeps_holds_and_pins) {
    take("add", "");
    take("invert", "");
    client.wish("add", Wish::hold, 0ms).value();
    client.wish("invert", Wish::pin, 1h).value();
    EXPECT_TRUE(comes_to("invert", Residency::hot));
    again();
    EXPECT_EQ(client.run(adding(1, 2)).error().code, Errc::not_permitted);
    EXPECT_TRUE(comes_to("invert", Residency::hot));
    EXPECT_EQ(client.why("invert").value().rule, "pin");
}

// What cannot be parked is hot for the whole of its keep-alive.
TEST_F(Restart, brings_back_what_was_used_a_while_ago) {
    take("add", "");
    add();
    daemon.pass(2min);
    EXPECT_EQ(residency("add"), Residency::hot);
    again();
    EXPECT_TRUE(comes_to("add", Residency::hot));
}

TEST_F(Restart, is_not_needed_to_see_that_the_models_folder_is_away) {
    take("add", "");
    add();
    const fs::path away = daemon.models().parent_path() / "away";
    fs::rename(daemon.models(), away);
    const auto entries = client.reload().value();
    ASSERT_EQ(entries.size(), 1U);
    EXPECT_EQ(entries[0].outcome, "rejected");
    EXPECT_THAT(entries[0].problem, testing::HasSubstr(daemon.models().string()));
    EXPECT_EQ(residency("add"), Residency::hot) << "and nothing has changed";
    EXPECT_EQ(client.add((away / "add").string()).error().code, Errc::io);
    fs::rename(away, daemon.models());
    EXPECT_EQ(client.reload().value()[0].outcome, "unchanged");
}

TEST_F(Restart, is_not_what_it_takes_for_a_model_to_keep_its_wishes) {
    take("add", "");
    client.wish("add", Wish::hold, 0ms).value();
    fs::rename(daemon.models() / "add", daemon.models() / ".add");
    client.reload().value();
    EXPECT_EQ(client.info("add").error().code, Errc::unknown_model);
    fs::rename(daemon.models() / ".add", daemon.models() / "add");
    client.reload().value();
    EXPECT_EQ(client.run(adding(1, 2)).error().code, Errc::not_permitted);
}

TEST_F(Restart, after_a_kill_knows_what_an_operator_held_just_before) {
    take("add", "");
    client.wish("add", Wish::hold, 0ms).value();
    ASSERT_TRUE(wait_until([&] { return fs::exists(memory()); }));
    daemon.kill();
    daemon.start();
    client = Client::connect({.socket = daemon.socket()}).value();
    EXPECT_EQ(client.run(adding(1, 2)).error().code, Errc::not_permitted);
}

TEST_F(Restart, after_a_kill_knows_what_was_written_a_minute_before) {
    take("add", "");
    client.wish("add", Wish::hold, 0ms).value();
    daemon.pass(1min);
    ASSERT_TRUE(wait_until([&] { return fs::exists(memory()); }));
    daemon.kill();
    daemon.start();
    client = Client::connect({.socket = daemon.socket()}).value();
    EXPECT_EQ(client.run(adding(1, 2)).error().code, Errc::not_permitted);
}

TEST_F(Restart, goes_on_counting_uses_and_how_long_calls_took) {
    take("add", "keep_alive = \"1m\"\n");
    add();
    add();
    daemon.pass(30s);
    add();
    const Warmth before = client.warmth("add").value();
    again();
    add();
    const Warmth after = client.warmth("add").value();
    EXPECT_EQ(after.uses, 4U);
    EXPECT_EQ(after.since, before.since);
    ASSERT_EQ(before.calls.size(), 3U) << "cold, after a second, hot";
    EXPECT_EQ(after.calls[0].kind, "cold");
    EXPECT_EQ(after.cold_starts + after.brought_up.size(), before.cold_starts + 2)
        << "the model came back by itself, or for the call";
    EXPECT_GE(after.brought_up[0].idle, 30s);
    for (const ModelStatus& status : client.status(true).value().models)
        EXPECT_EQ(status.uses, 4U);
}

TEST_F(Restart, after_a_kill_knows_uses_and_calls_of_a_minute_before) {
    take("add", "");
    add();
    add();
    daemon.pass(1min);
    ASSERT_TRUE(wait_until([&] { return fs::exists(memory()); }));
    daemon.kill();
    daemon.start();
    client = Client::connect({.socket = daemon.socket()}).value();
    EXPECT_EQ(client.warmth("add").value().uses, 2U);
    const auto calls = client.calls().value();
    ASSERT_EQ(calls.size(), 1U);
    EXPECT_EQ(calls[0].model, "add");
    EXPECT_EQ(calls[0].calls, 2U);
}

TEST_F(Restart, still_tells_of_calls_by_the_minute_and_adds_to_them) {
    take("add", "");
    add();
    daemon.pass(10min);
    add();
    daemon.pass(10min);
    add();
    again();
    daemon.pass(1min);
    std::vector<std::uint64_t> counts;
    for (const MinuteOfCalls& minute : client.calls().value())
        counts.push_back(minute.calls);
    EXPECT_THAT(counts, testing::ElementsAre(1, 1, 1)) << "also of the minute that went on";
    EXPECT_THAT(text_of(daemon.state() / "calls.jsonl"), testing::HasSubstr("\"calls\":1}"));
}

TEST_F(Restart, sets_a_broken_memory_aside_and_serves) {
    take("add", "");
    add();
    daemon.stop();
    const auto size = fs::file_size(memory());
    fs::resize_file(memory(), size - 1);
    daemon.start();
    client = Client::connect({.socket = daemon.socket()}).value();
    EXPECT_EQ(residency("add"), Residency::cold);
    add();
    EXPECT_TRUE(fs::exists(daemon.state() / "residency.state.broken"));
    EXPECT_THAT(daemon.log(), testing::HasSubstr("its checksum is wrong"));
}

TEST_F(Restart, still_shows_the_moves_of_before) {
    take("add", "");
    add();
    client.unload("add").value();
    again();
    std::vector<std::string> moves;
    client.events({}, false, [&](const Event& event) { moves.emplace_back(to_string(event.to)); })
        .value();
    EXPECT_THAT(moves, testing::IsSupersetOf({"loading", "hot", "unloading", "cold"}));
}

TEST_F(Restart, serves_without_a_state_where_another_daemon_has_it) {
    DaemonUnderTest other{{.models = {"add"}, .arguments = {"--state", daemon.state().string()}}};
    EXPECT_THAT(other.log(), testing::HasSubstr("another samovard keeps its state there"));
    Client guest = Client::connect({.socket = other.socket()}).value();
    EXPECT_EQ(sum_of(guest.run(adding(1, 2)).value()), 3);
}

}  // namespace
}  // namespace samovar::tests
