// Who may do what, by tables: who asks, what is asked, and the rule that says no.

#include "scheduler/access/policy.hpp"

#include <gmock/gmock.h>

namespace samovar::scheduler {
namespace {

using testing::ElementsAre;
using testing::UnorderedElementsAre;
using Patterns = std::vector<std::string>;

constexpr Uid kRoot = 0, kAnna = 1000, kBert = 1001, kCleo = 1002;
constexpr Gid kStudents = 2000, kStaff = 2001, kOperators = 2002, kUnnamed = 2003;

PolicyRow of_everyone() {
    PolicyRow row;
    row.models = {Patterns(), "everyone.models"};
    row.verbs = {std::set<Verb>(), "everyone.verbs"};
    row.priority = {Priority::interactive, "everyone.priority"};
    row.sessions = {std::uint64_t{8}, "everyone.sessions"};
    row.channel_bytes = {std::uint64_t{1000}, "everyone.channels"};
    row.jobs = {std::uint64_t{100}, "everyone.jobs"};
    row.bytes = {std::uint64_t{500}, "everyone.bytes"};
    row.weight = {1.0, "everyone.weight"};
    row.rate = {50.0, "everyone.rate"};
    return row;
}

// Students may use the selfie model in the background, staff all moods; operators move models.
AccessPolicy school() {
    AccessPolicy policy;
    policy.everyone = of_everyone();
    PolicyRow& root = policy.users[kRoot];
    root.models = {Patterns{"*"}, "root.models"};
    root.verbs = {std::set<Verb>(kVerbs.begin(), kVerbs.end()), "root.verbs"};
    policy.users[kAnna].jobs = {std::uint64_t{3}, "anna.jobs"};
    PolicyRow& students = policy.groups[kStudents];
    students.models = {Patterns{"selfie"}, "students.models"};
    students.priority = {Priority::background, "students.priority"};
    students.jobs = {std::uint64_t{10}, "students.jobs"};
    students.weight = {0.5, "students.weight"};
    PolicyRow& staff = policy.groups[kStaff];
    staff.models = {Patterns{"moods-*"}, "staff.models"};
    staff.priority = {Priority::normal, "staff.priority"};
    staff.jobs = {std::uint64_t{20}, "staff.jobs"};
    PolicyRow& operators = policy.groups[kOperators];
    operators.verbs = {std::set<Verb>{Verb::load, Verb::reload}, "operators.verbs"};
    return policy;
}

Rights of(Uid uid, std::vector<Gid> groups) {
    return rights_of({uid, std::move(groups)}, school());
}

// "" where it may.
std::string rule_of(const std::optional<Denial>& denial) {
    return denial ? denial->rule : "";
}

TEST(AccessPolicy, decides_who_may_use_which_model) {
    const struct {
        Uid uid;
        std::vector<Gid> groups;
        std::string model, rule;
    } table[] = {
        {kRoot, {}, "selfie", ""},
        {kRoot, {kStudents}, "secret", ""},
        {kBert, {}, "selfie", "everyone.models"},
        {kBert, {kUnnamed}, "selfie", "everyone.models"},
        {kBert, {kOperators}, "selfie", "everyone.models"},
        {kBert, {kStudents}, "selfie", ""},
        {kBert, {kStudents}, "moods-en", "students.models"},
        {kBert, {kStaff}, "moods-en", ""},
        {kBert, {kStaff}, "selfie", "staff.models"},
        {kBert, {kStaff, kStudents}, "selfie", ""},
        {kBert, {kStudents, kStaff}, "moods-en", ""},
        {kBert, {kStudents, kStaff}, "secret", "students.models, staff.models"},
        {kAnna, {kStudents}, "selfie", ""},  // her own table says nothing of models
        {kAnna, {}, "selfie", "everyone.models"},
    };
    for (const auto& row : table) {
        const Grant grant = decide_job(of(row.uid, row.groups), row.model, Priority::background);
        EXPECT_EQ(rule_of(grant.denial), row.rule) << row.uid << " and " << row.model;
    }
}

TEST(AccessPolicy, decides_which_priority_a_job_gets) {
    constexpr auto kHigh = Priority::interactive, kUsual = Priority::normal,
                   kLow = Priority::background;
    const struct {
        std::vector<Gid> groups;
        Priority asked, gets;
        std::string rule;
    } table[] = {
        {{kStudents}, kLow, kLow, ""},
        {{kStudents}, kUsual, kLow, ""},  // what asks for nothing is no refusal
        {{kStudents}, kHigh, kHigh, "students.priority"},
        {{kStudents, kStaff}, kLow, kLow, ""},
        {{kStudents, kStaff}, kUsual, kUsual, ""},
        {{kStudents, kStaff}, kHigh, kHigh, "staff.priority"},
    };
    for (const auto& row : table) {
        const Grant grant = decide_job(of(kBert, row.groups), "selfie", row.asked);
        EXPECT_EQ(rule_of(grant.denial), row.rule) << to_string(row.asked);
        EXPECT_EQ(grant.priority, row.gets) << to_string(row.asked);
    }
    const Grant of_root = decide_job(of(kRoot, {}), "selfie", kHigh);
    EXPECT_FALSE(of_root.denial);
    EXPECT_EQ(of_root.priority, kHigh);
}

TEST(AccessPolicy, decides_who_may_use_which_verb) {
    const struct {
        Uid uid;
        std::vector<Gid> groups;
        Verb verb;
        std::string model, rule;
    } table[] = {
        {kRoot, {}, Verb::add, "", ""},
        {kRoot, {}, Verb::remove, "secret", ""},
        {kBert, {kStudents}, Verb::load, "selfie", "everyone.verbs"},
        {kBert, {kOperators}, Verb::reload, "", ""},
        {kBert, {kOperators}, Verb::lend, "", "operators.verbs"},
        {kBert, {kOperators}, Verb::load, "selfie", "everyone.models"},
        {kBert, {kOperators, kStudents}, Verb::load, "selfie", ""},
        {kBert, {kOperators, kStudents}, Verb::load, "secret", "students.models"},
        {kBert, {kOperators, kStudents}, Verb::pin, "selfie", "operators.verbs"},
    };
    for (const auto& row : table)
        EXPECT_EQ(rule_of(decide_verb(of(row.uid, row.groups), row.verb, row.model)), row.rule)
            << row.uid << " and " << to_string(row.verb) << " " << row.model;
}

TEST(AccessPolicy, says_which_right_is_too_little) {
    const Rights rights = of(kBert, {kOperators, kStaff});
    using Of = Denial::Of;
    EXPECT_EQ(decide_job(rights, "selfie", Priority::normal).denial,
              (Denial{Of::models, "staff.models"}));
    EXPECT_EQ(decide_job(rights, "moods-en", Priority::interactive).denial,
              (Denial{Of::priority, "staff.priority"}));
    EXPECT_EQ(decide_verb(rights, Verb::pin, "moods-en"), (Denial{Of::verbs, "operators.verbs"}));
}

TEST(RightsOf, a_user_are_what_the_users_own_table_says_first) {
    EXPECT_EQ(of(kAnna, {kStaff}).jobs, (Ruled<std::uint64_t>{3, "anna.jobs"}));
    EXPECT_EQ(of(kAnna, {kStaff}).priority.rule, "staff.priority");
}

TEST(RightsOf, several_groups_are_the_most_that_any_of_them_gives) {
    for (const std::vector<Gid>& groups :
         {std::vector{kStudents, kStaff}, std::vector{kStaff, kStudents, kUnnamed}}) {
        const Rights rights = of(kCleo, groups);
        EXPECT_EQ(rights.jobs, (Ruled<std::uint64_t>{20, "staff.jobs"}));
        EXPECT_EQ(rights.priority, (Ruled<Priority>{Priority::normal, "staff.priority"}));
        EXPECT_THAT(rights.models.value, ElementsAre("selfie", "moods-*"));
        EXPECT_EQ(rights.models.rule, "students.models, staff.models");
        // Of those who say something: what everyone has is no more than for who is in none.
        EXPECT_EQ(rights.weight, (Ruled<double>{0.5, "students.weight"}));
        EXPECT_EQ(rights.rate, (Ruled<double>{50, "everyone.rate"}));
    }
}

TEST(RightsOf, groups_that_give_nothing_take_nothing_away) {
    AccessPolicy policy = school();
    policy.groups[kUnnamed].models = {Patterns(), "unnamed.models"};
    policy.groups[kUnnamed].verbs = {std::set<Verb>(), "unnamed.verbs"};
    const Rights both = rights_of({kBert, {kUnnamed, kStaff, kOperators}}, policy);
    EXPECT_EQ(both.models, (Ruled<Patterns>{{"moods-*"}, "staff.models"}));
    EXPECT_THAT(both.verbs.value, UnorderedElementsAre(Verb::load, Verb::reload));
    EXPECT_EQ(both.verbs.rule, "operators.verbs");
    const Rights alone = rights_of({kBert, {kUnnamed}}, policy);
    EXPECT_EQ(alone.models.rule, "unnamed.models");
    policy.groups.begin()->second.models = {Patterns(), "students.models"};
    EXPECT_EQ(rights_of({kBert, {kStudents, kStaff}}, policy).models.rule, "staff.models");
}

TEST(RightsOf, everyone_else_are_those_of_everyone) {
    const Rights rights = of(kCleo, {});
    EXPECT_EQ(rights.jobs, (Ruled<std::uint64_t>{100, "everyone.jobs"}));
    EXPECT_EQ(rights.sessions, (Ruled<std::uint64_t>{8, "everyone.sessions"}));
    EXPECT_EQ(rights.channel_bytes, (Ruled<std::uint64_t>{1000, "everyone.channels"}));
    EXPECT_EQ(rights.bytes, (Ruled<std::uint64_t>{500, "everyone.bytes"}));
    EXPECT_FALSE(rights.submits());
    EXPECT_FALSE(rights.administers());
    EXPECT_TRUE(of(kRoot, {}).submits());
    EXPECT_TRUE(of(kRoot, {}).administers());
}

}  // namespace
}  // namespace samovar::scheduler
