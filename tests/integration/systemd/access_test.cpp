// Whom the service lets do what, by the groups that its installation makes.

#include <gmock/gmock.h>

#include "tests/support/systemd_lab.hpp"

namespace samovar::tests {
namespace {

using testing::AllOf;
using testing::HasSubstr;

// A member of group samovar, one who is in samovar-admin, too, and one who is in neither; the
// socket lets them all in, so that the policy alone decides.
class UsersOfTheService : public testing::Test {
  protected:
    UsersOfTheService() {
        lab_.write("/etc/sysusers.d/lab.conf",
                   "u member -\nm member samovar\n"
                   "u boss -\nm boss samovar\nm boss samovar-admin\n"
                   "u stranger -\n");
        lab_.amend("samovard.socket", "[Socket]\nSocketMode=0666\n");
        lab_.add_model("add");
    }
    void start() const { lab_.output_of("systemctl start samovard.socket"); }
    Ended as(const std::string& user, const std::string& command) const {
        return lab_.run("runuser -u " + user + " -- samovar " + command + " 2>&1");
    }

    SystemdLab lab_;
};

TEST_F(UsersOfTheService, submit_where_they_are_members_and_are_told_the_rule_where_not) {
    start();
    const std::string adding = "run add --input x=[1] --input y=[2]";
    const Ended done = as("member", adding);
    EXPECT_EQ(done.exit_status, 0) << done.output;
    const Ended refused = as("stranger", adding);
    EXPECT_EQ(refused.exit_status, 4);
    EXPECT_THAT(refused.output,
                AllOf(HasSubstr("no models are allowed by policy.everyone.models (built in)"),
                      HasSubstr("join group samovar")));
}

TEST_F(UsersOfTheService, administer_where_they_are_in_its_group) {
    start();
    const Ended reloaded = as("boss", "reload");
    EXPECT_EQ(reloaded.exit_status, 0) << reloaded.output;
    const Ended refused = as("member", "reload");
    EXPECT_EQ(refused.exit_status, 4);
    EXPECT_THAT(refused.output, AllOf(HasSubstr("policy.everyone.verbs (built in)"),
                                      HasSubstr("a member of group samovar-admin")));
}

TEST_F(UsersOfTheService, are_told_who_they_are_and_by_which_rule) {
    start();
    EXPECT_THAT(as("member", "whoami").output,
                AllOf(HasSubstr("(member), in "), HasSubstr("policy.group.samovar.models"),
                      HasSubstr("policy.everyone.verbs")));
    EXPECT_THAT(as("boss", "whoami").output, HasSubstr("policy.group.samovar-admin.verbs"));
    EXPECT_THAT(as("stranger", "whoami").output, HasSubstr("policy.everyone.models"));
}

TEST_F(UsersOfTheService, have_what_the_table_of_the_configuration_says_after_a_reload) {
    start();
    EXPECT_EQ(as("stranger", "info add").exit_status, 4);
    lab_.write("/etc/samovar/samovard.toml", "[policy.user.stranger]\nmodels = [\"add\"]\n");
    EXPECT_EQ(lab_.run("systemctl reload samovard.service").exit_status, 0);
    EXPECT_EQ(as("stranger", "info add").exit_status, 0);
    EXPECT_THAT(as("stranger", "whoami").output,
                HasSubstr("/etc/samovar/samovard.toml:2: policy.user.stranger.models"));
}

TEST_F(UsersOfTheService, are_the_same_where_each_start_has_a_user_of_its_own) {
    lab_.amend("samovard.service", "[Service]\nDynamicUser=yes\nUser=\nGroup=\n");
    start();
    EXPECT_THAT(as("member", "whoami").output, HasSubstr("policy.group.samovar.models"));
    EXPECT_EQ(as("stranger", "models").exit_status, 4);
    EXPECT_EQ(lab_.run("systemctl reload samovard.service").exit_status, 0)
        << "the daemon's own user administers";
}

}  // namespace
}  // namespace samovar::tests
