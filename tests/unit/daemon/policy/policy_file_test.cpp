// [policy] of samovard.toml, for a daemon of the system and for one of a person.

#include "daemon/policy/policy_file.hpp"

#include <gmock/gmock.h>

#include <samovar/limits.hpp>

#include "daemon/queue_options.hpp"
#include "tests/unit/daemon/toml_fault.hpp"

namespace samovar::daemon {
namespace {

using scheduler::Priority;
using scheduler::Rights;
using scheduler::Verb;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::UnorderedElementsAre;

constexpr uid_t kPerson = 1000, kAnna = 1001;
constexpr gid_t kUsers = 200, kAdmins = 201, kStudents = 2000, kOther = 2001;

// A machine with a few users and groups; `own` runs the daemon.
Accounts machine(uid_t own) {
    Accounts accounts;
    accounts.user = [](const std::string& name) -> std::optional<uid_t> {
        if (name == "root") return 0;
        return name == "anna" ? std::optional(kAnna) : std::nullopt;
    };
    accounts.group = [](const std::string& name) -> std::optional<gid_t> {
        if (name == "samovar") return kUsers;
        if (name == "samovar-admin") return kAdmins;
        return name == "students" ? std::optional(kStudents) : std::nullopt;
    };
    accounts.own = own;
    return accounts;
}

PolicyFile read(const std::string& text, uid_t own = 0) {
    const toml::table table = parse_toml(text, "samovard.toml");
    TomlReader top(table, "samovard.toml");
    PolicyFile policy = read_policy(top, "samovard.toml", machine(own));
    top.finish();
    return policy;
}

Rights rights(const PolicyFile& policy, uid_t uid, std::vector<gid_t> groups = {}) {
    return rights_of({uid, std::move(groups)}, policy.access);
}

std::string fault_of(const std::string& text) {
    return fault_in([&] { read(text); });
}

TEST(UsualPolicy, of_a_systems_daemon_goes_by_two_groups) {
    for (const uid_t own : {uid_t{0}, uid_t{998}, uid_t{61999}}) {
        const PolicyFile policy = usual_policy("samovard.toml", machine(own));
        const Rights nobody = rights(policy, kAnna, {kOther}),
                     user = rights(policy, kAnna, {kUsers}),
                     admin = rights(policy, kAnna, {kAdmins});
        EXPECT_FALSE(nobody.submits() || nobody.administers());
        EXPECT_TRUE(user.may_use("selfie"));
        EXPECT_FALSE(user.administers());
        EXPECT_TRUE(admin.may_use("selfie"));
        EXPECT_EQ(admin.verbs.value.size(), scheduler::kVerbs.size());
        EXPECT_THAT(policy.administrators, HasSubstr("samovar-admin"));
        EXPECT_THAT(policy.way_in, HasSubstr("usermod --append --groups samovar"));
    }
}

TEST(UsualPolicy, of_a_persons_daemon_serves_that_person_and_root) {
    const PolicyFile policy = usual_policy("samovard.toml", machine(kPerson));
    for (const uid_t uid : {uid_t{0}, kPerson}) {
        EXPECT_TRUE(rights(policy, uid).may_use("selfie"));
        EXPECT_TRUE(rights(policy, uid).administers());
    }
    EXPECT_FALSE(rights(policy, kAnna, {kUsers}).submits());
    EXPECT_FALSE(rights(policy, kAnna, {kAdmins}).administers());
    EXPECT_THAT(policy.way_in, HasSubstr("[policy] of samovard.toml"));
    EXPECT_EQ(policy.administrators, "root or user 1000, who runs the daemon");
}

TEST(UsualPolicy, of_a_daemon_that_runs_as_nobody_gives_nobody_anything) {
    const PolicyFile policy = usual_policy("samovard.toml", machine(kNobody));
    EXPECT_FALSE(rights(policy, kNobody).submits()) << "so are users of other namespaces seen";
    EXPECT_FALSE(rights(policy, kNobody).administers());
    EXPECT_TRUE(rights(policy, 0).administers());
    EXPECT_EQ(policy.administrators, "root, or a member of group samovar-admin");
}

TEST(UsualPolicy, has_the_bounds_that_the_documents_name) {
    const Rights everyone = rights(usual_policy("samovard.toml", machine(0)), kAnna);
    EXPECT_EQ(everyone.channel_bytes.value, kMaxChannelBytesPerUser);
    EXPECT_EQ(everyone.sessions.value, 256U);
    EXPECT_EQ(everyone.jobs.value, 2048U);
    EXPECT_EQ(everyone.bytes.value, 64U << 20);
    EXPECT_EQ(everyone.weight.value, 1);
    EXPECT_EQ(everyone.rate.value, scheduler::kNoRate);
    EXPECT_EQ(everyone.priority.value, Priority::interactive);
    EXPECT_THAT(everyone.jobs.rule, HasSubstr("policy.everyone.jobs"));
}

TEST(PolicyTable, is_read_with_the_place_of_each_rule) {
    const PolicyFile policy = read(
        "[policy.everyone]\njobs = 8\nrate = 5\n"
        "[policy.group.students]\nmodels = [\"selfie\", \"moods-*\"]\npriority = \"background\"\n"
        "channels = \"512MiB\"\nbytes = \"1MiB\"\nweight = 0.5\n"
        "[policy.user.anna]\nverbs = [\"load\", \"reload\"]\nweight = 3\n");
    const Rights anna = rights(policy, kAnna, {kStudents});
    EXPECT_THAT(anna.models.value, ElementsAre("selfie", "moods-*"));
    EXPECT_EQ(anna.models.rule, "samovard.toml:5: policy.group.students.models");
    EXPECT_THAT(anna.verbs.value, UnorderedElementsAre(Verb::load, Verb::reload));
    EXPECT_EQ(anna.priority.value, Priority::background);
    EXPECT_EQ(anna.channel_bytes.value, 512U << 20);
    EXPECT_EQ(anna.bytes.value, 1U << 20);
    EXPECT_EQ(anna.weight.value, 3);
    EXPECT_EQ(anna.weight.rule, "samovard.toml:12: policy.user.anna.weight");
    EXPECT_EQ(anna.jobs.rule, "samovard.toml:2: policy.everyone.jobs");
    EXPECT_EQ(anna.rate.value, 5);
}

TEST(PolicyTable, leaves_what_it_does_not_say_as_it_is_without) {
    const PolicyFile policy = read("[policy.group.samovar]\njobs = 100\n");
    EXPECT_TRUE(rights(policy, kAnna, {kUsers}).may_use("selfie"));
    EXPECT_EQ(rights(policy, kAnna, {kUsers}).jobs.value, 100U);
    EXPECT_EQ(rights(policy, kAnna, {kAdmins}).jobs.value, 2048U);
    EXPECT_TRUE(rights(policy, 0).administers());
}

TEST(PolicyTable, can_take_the_usual_groups_what_they_have) {
    const PolicyFile policy =
        read("[policy.group.samovar]\nmodels = []\n[policy.group.samovar-admin]\nverbs = []\n");
    EXPECT_FALSE(rights(policy, kAnna, {kUsers}).submits());
    EXPECT_FALSE(rights(policy, kAnna, {kAdmins}).administers());
    EXPECT_EQ(policy.administrators, "root");
}

TEST(PolicyTable, lets_others_into_a_persons_daemon) {
    const PolicyFile policy = read("[policy.user.1001]\nmodels = [\"*\"]\n", kPerson);
    EXPECT_TRUE(rights(policy, kAnna).may_use("selfie"));
    EXPECT_FALSE(rights(policy, kAnna).administers());
}

TEST(PolicyTable, takes_numbers_for_names_and_all_verbs_for_a_star) {
    const PolicyFile policy = read("[policy.group.2001]\nmodels = [\"*\"]\nverbs = [\"*\"]\n");
    EXPECT_EQ(rights(policy, kAnna, {kOther}).verbs.value.size(), scheduler::kVerbs.size());
    EXPECT_THAT(rights(policy, kAnna).verbs.value, IsEmpty());
}

TEST(PolicyTable, names_file_line_and_key_of_what_cannot_be) {
    EXPECT_THAT(fault_of("[policy.user.bob]\njobs = 1\n"),
                HasSubstr("samovard.toml:1: policy.user.bob: there is no user of this name"));
    EXPECT_THAT(fault_of("[policy.group.nobody]\njobs = 1\n"), HasSubstr("there is no group"));
    EXPECT_THAT(fault_of("[policy.user.anna]\n[policy.user.1001]\n"),
                HasSubstr("is the same user"));
    EXPECT_THAT(fault_of("[policy.everyone]\nmodels = [\"../x\"]\n"),
                HasSubstr("samovard.toml:2: policy.everyone.models: \"../x\" is neither"));
    EXPECT_THAT(fault_of("[policy.everyone]\nmodels = \"*\"\n"), HasSubstr("must be an array"));
    EXPECT_THAT(fault_of("[policy.everyone]\nverbs = [\"fly\"]\n"),
                HasSubstr("\"fly\" is none of \"*\", \"load\""));
    EXPECT_THAT(fault_of("[policy.everyone]\npriority = \"high\"\n"), HasSubstr("interactive"));
    EXPECT_THAT(fault_of("[policy.everyone]\nchannels = \"1kB\"\n"), HasSubstr("1MiB to 1TiB"));
    EXPECT_THAT(fault_of("[policy.everyone]\nsessions = 2000\n"), HasSubstr("from 1 to 1024"));
    EXPECT_THAT(fault_of("[policy.everyone]\njobs = 0\n"), HasSubstr("policy.everyone.jobs"));
    EXPECT_THAT(fault_of("[policy.everyone]\nweight = 0\n"), HasSubstr("from 0.01 to 100"));
    EXPECT_THAT(fault_of("[policy.everyone]\nrate = 0\n"), HasSubstr("policy.everyone.rate"));
    EXPECT_THAT(fault_of("[policy.everyone]\njob = 1\n"), HasSubstr("did you mean jobs?"));
    EXPECT_THAT(fault_of("[policy.everybody]\njobs = 1\n"), HasSubstr("policy.everybody"));
}

TEST(PolicyTable, keeps_neither_root_nor_who_runs_the_daemon_out) {
    EXPECT_THAT(fault_of("[policy.user.root]\nmodels = []\n"),
                HasSubstr("samovard.toml:2: policy.user.root.models: root and the user who runs"));
    EXPECT_THAT(fault_in([] { read("[policy.user.1000]\nverbs = []\n", kPerson); }),
                HasSubstr("remove the key"));
    EXPECT_EQ(rights(read("[policy.user.root]\njobs = 5\n"), 0).jobs.value, 5U);
    EXPECT_EQ(rights(read(""), 0).sessions.value, kMaxSessions);
    const PolicyFile quiet = read("[policy.everyone]\npriority = \"background\"\n");
    EXPECT_EQ(rights(quiet, 0).priority.value, Priority::interactive);
    EXPECT_EQ(rights(quiet, kAnna, {kAdmins}).priority.value, Priority::background);
}

}  // namespace
}  // namespace samovar::daemon
