#include "daemon/administrators.hpp"

#include <gmock/gmock.h>
#include <grp.h>
#include <unistd.h>

#include "tests/support/descriptors.hpp"

namespace samovar::daemon {
namespace {

using testing::HasSubstr;

constexpr uid_t kSomebody = 54321;
constexpr gid_t kSomeGroup = 54322;

std::string own_group() {
    return ::getgrgid(::getegid())->gr_name;
}

class AdministratorsOf : public testing::Test {
  protected:
    // The socket's other end is this process; who it claims to be is the test's.
    bool include(const std::optional<std::string>& group, uid_t uid, gid_t gid) {
        return Administrators::of_group(group)->include(sockets_.here.get(), {1, uid, gid});
    }
    tests::SocketPair sockets_;
};

TEST_F(AdministratorsOf, no_group_are_root_and_the_daemons_own_user) {
    EXPECT_TRUE(include("", 0, kSomeGroup));
    EXPECT_TRUE(include("", ::geteuid(), kSomeGroup));
    EXPECT_FALSE(include("", kSomebody, ::getegid()));
}

TEST_F(AdministratorsOf, a_group_are_its_members) {
    EXPECT_TRUE(include(own_group(), kSomebody, ::getegid()));
}

TEST_F(AdministratorsOf, a_group_that_is_not_there_are_an_error_where_it_was_named) {
    const auto administrators = Administrators::of_group("no-such-group-here");
    ASSERT_FALSE(administrators);
    EXPECT_THAT(administrators.error().message, HasSubstr("there is no group"));
    EXPECT_TRUE(Administrators::of_group(std::nullopt)) << "nobody asked for the usual one";
}

TEST_F(AdministratorsOf, a_group_are_told_to_who_is_none) {
    EXPECT_THAT(Administrators::of_group(own_group())->in_words(),
                HasSubstr("or a member of group " + own_group()));
    EXPECT_THAT(Administrators::of_group("")->in_words(), HasSubstr("who runs the daemon"));
}

}  // namespace
}  // namespace samovar::daemon
