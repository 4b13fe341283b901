// The system's calls that fail, one by one: each is survived, or refused in clear words.
// `./dev torture calls` tries every one; here is a sample.

#include <gmock/gmock.h>

#include <algorithm>

#include "tests/integration/faults/call_story.hpp"
#include "tests/support/daemon_under_test.hpp"

namespace samovar::tests {
namespace {

using testing::Contains;
using testing::HasSubstr;
using testing::IsEmpty;

class FailingCalls : public testing::Test {
  protected:
    // How soon it is answered is the campaign's matter: here the machine may be busy.
    static constexpr double kSlack = 20;
    StoryPlan plan{.models = made_model("add").parent_path(), .slack = kSlack};
    // A story in which nothing fails.
    const StoryEnd& without() {
        static const StoryEnd end =
            tell_story({.models = made_model("add").parent_path(), .slack = kSlack});
        return end;
    }
    void expect_survived(const StoryFault& fault) {
        plan.fault = fault;
        plan.most_descriptors = without().descriptors;
        const StoryEnd end = tell_story(plan);
        EXPECT_THAT(end.troubles, IsEmpty()) << describe(fault);
    }
};

TEST_F(FailingCalls, are_none_in_a_story_without_a_fault) {
    EXPECT_THAT(without().troubles, IsEmpty());
    EXPECT_THAT(without().refused, IsEmpty());
    EXPECT_EQ(without().refusal, "");
    for (const char* name : {"socketpair", "accept", "epoll_ctl", "recvmsg", "sendmsg", "open",
                             "memfd_create", "fork", "pidfd_open", "rename"}) {
        const auto* const call = std::ranges::find_if(
            kFailingCalls, [&](const FailingCall& each) { return std::string(each.name) == name; });
        EXPECT_GT(without().living[static_cast<std::size_t>(call - kFailingCalls)], 0U) << name;
    }
}

TEST_F(FailingCalls, of_a_sample_are_survived_or_refused_in_clear_words) {
    std::vector<StoryFault> faults = all_faults(without(), 1);
    faults.resize(8);
    for (const StoryFault& fault : faults)
        expect_survived(fault);
}

// The check itself must be able to fail.
TEST_F(FailingCalls, are_judged_by_the_descriptors_that_are_left) {
    plan.leak = true;
    plan.most_descriptors = without().descriptors;
    EXPECT_THAT(tell_story(plan).troubles, Contains(HasSubstr("descriptors, where")));
}

TEST_F(FailingCalls, are_judged_by_the_results) {
    plan.lie = true;
    EXPECT_THAT(tell_story(plan).troubles, Contains(HasSubstr("a wrong result")));
}

}  // namespace
}  // namespace samovar::tests
