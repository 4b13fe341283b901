// Who leaves when not all models fit, with real bytes.

#include "tests/integration/residency/budgeted.hpp"

namespace samovar::tests {
namespace {

using testing::HasSubstr;

using Budget = Budgeted;

constexpr std::uint64_t kMegabyte = 1'000'000;

TEST_F(Budget, lets_the_idle_model_leave_that_is_worth_least) {
    for (const char* model : {"a", "b", "c"})
        take("hefty", model);
    load_and_unload("c");
    use_more_than("b", "a");
    const std::uint64_t before = daemon.worker().resident_bytes;
    ASSERT_TRUE(run("c"));
    EXPECT_EQ(residency("a"), Residency::cold) << "what TorchScript holds cannot park";
    EXPECT_EQ(residency("b"), Residency::hot);
    EXPECT_LT(daemon.worker().resident_bytes, before + 20 * kMegabyte) << "its bytes are gone";
}

TEST_F(Budget, says_by_which_rule_a_model_left) {
    for (const char* model : {"a", "b", "c"})
        take("hefty", model);
    load_and_unload("c");
    use_more_than("a", "b");
    ASSERT_TRUE(run("c"));
    const Explanation why = client.why("b").value();
    EXPECT_EQ(why.rule, "pressure");
    EXPECT_EQ(why.cause, "pressure");
}

TEST_F(Budget, lets_models_park_before_it_unloads_them) {
    for (const char* model : {"a", "b", "c"})
        take("hefty-pt2", model);
    load_and_unload("c");
    const auto first = use_more_than("b", "a").outputs.at(0).data;
    ASSERT_TRUE(run("c"));
    EXPECT_EQ(residency("a"), Residency::parked);
    EXPECT_EQ(run("a").value().outputs.at(0).data, first) << "and makes room in its turn";
}

TEST_F(Budget, never_takes_a_pinned_model_and_refuses_with_the_numbers) {
    take("hefty", "a", "pinned = true\n");
    take("hefty", "b", "pinned = true\n");
    take("hefty", "c");
    ASSERT_TRUE(comes_to("a", Residency::hot));
    ASSERT_TRUE(comes_to("b", Residency::hot));
    const auto refused = run("c");
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, Errc::out_of_memory);
    EXPECT_THAT(refused.error().message, HasSubstr("needs 26.0 MB of the 60.0 MB"));
    EXPECT_THAT(refused.error().message,
                testing::ContainsRegex("5[1-9]\\.[0-9] MB are held by pinned models"));
    EXPECT_THAT(client.load("c").error().message, HasSubstr("held by pinned models"));
    EXPECT_EQ(residency("a"), Residency::hot);
    EXPECT_EQ(residency("b"), Residency::hot);
    EXPECT_EQ(residency("c"), Residency::cold) << "nothing is wrong with it";
    EXPECT_EQ(client.why("c").value().rule, "idle") << "a load that came to nothing is no use";
}

TEST_F(Budget, refuses_a_pin_that_does_not_fit_beside_the_others) {
    for (const char* model : {"a", "b", "c"})
        take("hefty", model);
    EXPECT_TRUE(client.wish("a", Wish::pin));
    EXPECT_TRUE(client.wish("b", Wish::pin));
    const auto refused = client.wish("c", Wish::pin);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, Errc::out_of_memory);
    EXPECT_THAT(refused.error().message, HasSubstr("are pinned already"));
    EXPECT_TRUE(client.wish("a", Wish::release));
    EXPECT_TRUE(client.wish("c", Wish::pin));
}

TEST_F(Budget, rejects_the_model_that_the_pinned_set_has_no_room_for) {
    for (const char* model : {"a", "b", "c"})
        put("hefty", model, "pinned = true\n");
    const auto report = client.reload().value();
    ASSERT_EQ(report.size(), 3U);
    EXPECT_EQ(report[1].outcome, "added");
    EXPECT_EQ(report[2].outcome, "rejected");
    EXPECT_THAT(report[2].problem, HasSubstr("c/model.toml:"));
    EXPECT_THAT(report[2].problem,
                HasSubstr("residency.pinned: it holds 26.0 MB, and 51.9 MB of "));
    EXPECT_TRUE(comes_to("b", Residency::hot)) << "one bad folder stops no other";
}

// One large model fits, and nothing beside it.
class TightBudget : public Budgeted {
  protected:
    TightBudget() : Budgeted("[device.cpu]\nbudget = \"25957000\"\n") {}
};

TEST_F(TightBudget, lets_a_load_wait_for_a_model_that_works_and_take_its_place_then) {
    daemon.copy_model("sleepy");
    take("hefty", "a");
    ASSERT_TRUE(client.load("sleepy"));
    Job job = client.submit(sleeping(300)).value();
    EXPECT_TRUE(run("a"));
    EXPECT_TRUE(job.done()) << "it was not cut off, and not passed";
    EXPECT_EQ(residency("sleepy"), Residency::cold);
}

TEST_F(Budget, brings_back_who_made_room_for_a_load_that_failed) {
    for (const char* model : {"a", "b", "broken"})
        put("hefty", model, "");
    std::ofstream(daemon.models() / "broken" / "model.pt") << std::string(26 * kMegabyte, 'x');
    client.reload().value();
    ASSERT_TRUE(run("a"));
    ASSERT_TRUE(run("b"));
    EXPECT_EQ(run("broken").error().code, Errc::model_failed);
    EXPECT_TRUE(comes_to("a", Residency::hot));
    EXPECT_TRUE(comes_to("b", Residency::hot));
    EXPECT_THAT(daemon.log(), HasSubstr("hot -> unloading (pressure)"));
}

TEST_F(Budget, lets_nobody_leave_for_what_is_larger_than_it) {
    put("hefty", "large", "");
    std::ofstream(daemon.models() / "large" / "model.pt") << std::string(61 * kMegabyte, 'x');
    take("hefty", "a");
    ASSERT_TRUE(run("a"));
    const auto refused = run("large");
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, Errc::out_of_memory);
    EXPECT_EQ(residency("a"), Residency::hot);
}

TEST_F(Budget, keeps_preloads_from_pushing_each_other_out) {
    for (const char* model : {"a", "b", "c"})
        put("hefty", model, "preload = true\n");
    ASSERT_TRUE(daemon.stop());
    daemon.start();
    ASSERT_TRUE(wait_until([&] { return client.ping().has_value(); }));
    EXPECT_TRUE(comes_to("a", Residency::hot));
    EXPECT_TRUE(comes_to("b", Residency::hot));
    EXPECT_TRUE(
        wait_until([&] { return daemon.log().find("\"c\" does not fit") != std::string::npos; }));
    EXPECT_THAT(daemon.log(), testing::Not(HasSubstr("(pressure)")));
}

}  // namespace
}  // namespace samovar::tests
