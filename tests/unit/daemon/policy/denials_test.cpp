// Each refusal names the rule and the way out.

#include "daemon/policy/denials.hpp"

#include <gmock/gmock.h>

namespace samovar::daemon {
namespace {

using scheduler::Denial;
using scheduler::Rights;
using testing::HasSubstr;

PolicyFile policy() {
    PolicyFile file;
    file.administrators = "root";
    file.way_in = "join group samovar";
    return file;
}

Rights of_a_student() {
    Rights rights;
    rights.models = {{"selfie", "moods-*"}, "samovard.toml:2: policy.group.students.models"};
    rights.priority = {scheduler::Priority::background, "students.priority"};
    return rights;
}

TEST(Denials, of_a_model_name_those_that_one_may_use_and_the_rule) {
    const auto error = not_seen(of_a_student(), 1000, "secret", policy());
    ASSERT_TRUE(error);
    EXPECT_EQ(error->code, Errc::not_permitted);
    EXPECT_EQ(error->message,
              "user 1000 may not use model \"secret\": only selfie, moods-* by samovard.toml:2: "
              "policy.group.students.models");
    EXPECT_EQ(error->hint,
              "ask for one of those, or have root change that rule and then `samovar reload`");
    EXPECT_FALSE(not_seen(of_a_student(), 1000, "moods-en", policy()));
}

TEST(Denials, of_all_models_say_how_one_gets_in) {
    Rights rights;
    rights.models.rule = "everyone.models";
    const auto error = without_rights(rights, 1000, policy());
    ASSERT_TRUE(error);
    EXPECT_EQ(error->message,
              "user 1000 may not use this daemon: no models are allowed by everyone.models");
    EXPECT_EQ(error->hint, "join group samovar");
    EXPECT_FALSE(without_rights(of_a_student(), 1000, policy()));
}

TEST(Denials, of_a_priority_name_the_highest) {
    const Error error = denied({Denial::Of::priority, "students.priority"}, 1000,
                               "submit interactive jobs", of_a_student(), policy());
    EXPECT_EQ(error.message,
              "user 1000 may not submit interactive jobs: at most background by students.priority");
}

TEST(Denials, of_a_verb_name_who_has_it) {
    Rights rights = of_a_student();
    const Denial denial{Denial::Of::verbs, "everyone.verbs"};
    EXPECT_EQ(denied(denial, 1000, "reload", rights, policy()).message,
              "user 1000 may not reload: nothing of the kind is allowed by everyone.verbs");
    EXPECT_EQ(denied(denial, 1000, "reload", rights, policy()).hint, "ask root");
    rights.verbs.value = {scheduler::Verb::load, scheduler::Verb::unload};
    EXPECT_THAT(denied(denial, 1000, "reload", rights, policy()).message,
                HasSubstr("only load, unload by everyone.verbs"));
}

TEST(Denials, do_not_name_more_models_than_one_can_read) {
    Rights rights;
    for (int i = 0; i < 100; ++i)
        rights.models.value.push_back("model" + std::to_string(i));
    EXPECT_THAT(not_seen(rights, 1, "x", policy())->message, HasSubstr("model7, ... by"));
}

}  // namespace
}  // namespace samovar::daemon
