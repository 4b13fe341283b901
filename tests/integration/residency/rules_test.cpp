// Pins, holds, preloads, and rules that cannot be.

#include <signal.h>

#include "tests/integration/residency/residency.hpp"

namespace samovar::tests {
namespace {

using testing::HasSubstr;

using Rules = WithRules;

TEST_F(Rules, what_is_to_be_preloaded_comes_up_with_the_daemon) {
    for (const std::string model : {"add", "invert"}) {
        daemon.copy_model(model);
        daemon.set_rules(model, "preload = true\n");
    }
    daemon.copy_model("sleepy");
    ASSERT_TRUE(daemon.stop());
    daemon.start();
    ASSERT_TRUE(wait_until([&] { return client.ping().has_value(); }));
    EXPECT_TRUE(comes_to("add", Residency::hot));
    EXPECT_TRUE(comes_to("invert", Residency::hot));
    EXPECT_EQ(residency("sleepy"), Residency::cold);
    daemon.pass(5min);
    EXPECT_TRUE(comes_to("add", Residency::cold)) << "as if it had been used then";
}

TEST_F(Rules, what_is_pinned_is_hot_for_ever_and_comes_back_when_its_worker_dies) {
    take("add", "pinned = true\n");
    EXPECT_TRUE(comes_to("add", Residency::hot));
    daemon.pass(24h);
    EXPECT_EQ(residency("add"), Residency::hot);
    const std::uint32_t pid = daemon.worker().pid;
    ::kill(static_cast<pid_t>(pid), SIGKILL);
    EXPECT_TRUE(wait_until([&] { return daemon.worker().pid != pid; }));
    EXPECT_TRUE(comes_to("add", Residency::hot));
}

TEST_F(Rules, what_is_held_is_never_loaded) {
    take("add", "hold = true\n");
    const auto refused = client.run(adding(1, 2));
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, Errc::not_permitted);
    EXPECT_THAT(refused.error().message, HasSubstr("\"add\" is held"));
    EXPECT_THAT(refused.error().hint, HasSubstr("hold = true"));
    EXPECT_EQ(client.load("add").error().code, Errc::not_permitted);
    EXPECT_EQ(residency("add"), Residency::cold);
}

TEST_F(Rules, of_a_new_version_apply_to_what_the_old_one_was_used_for) {
    take("add", "keep_alive = \"10m\"\n");
    add();
    daemon.pass(4min);
    std::filesystem::remove_all(daemon.models() / "add");
    take("add", "keep_alive = \"5m\"\n");
    EXPECT_TRUE(comes_to("add", Residency::hot)) << "it was hot, and stays so";
    daemon.pass(1min);
    EXPECT_TRUE(comes_to("add", Residency::cold));
}

TEST_F(Rules, that_cannot_be_are_refused_with_file_line_key_and_way_out) {
    daemon.copy_model("add");
    daemon.set_rules("add", "hot = \"mon-fri 08:00-18:30 Europe/Berlln\"\n");
    daemon.copy_model("invert");
    const auto report = client.reload().value();
    ASSERT_EQ(report.size(), 2U);
    EXPECT_EQ(report[0].outcome, "rejected");
    EXPECT_THAT(report[0].problem, HasSubstr("model.toml:"));
    EXPECT_THAT(report[0].problem, HasSubstr("residency.hot: "));
    EXPECT_THAT(report[0].problem, HasSubstr("Europe/Berlin"));
    EXPECT_EQ(report[1].outcome, "added") << "one bad folder stops no other";
}

}  // namespace
}  // namespace samovar::tests
