// What a user learns of itself. Only root can be several.

#include <samovar/client.hpp>

#include "tests/integration/access/with_policy.hpp"

namespace samovar::tests {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

constexpr gid_t kStudents = 62001;

class WhoAmI : public WithPolicy {
  protected:
    WhoAmI()
        : WithPolicy(
              "[policy.group.62001]\nmodels = [\"a*\", \"sleepy\"]\npriority = \"background\"\n"
              "jobs = 7\nweight = 0.5\nrate = 20\nchannels = \"1MiB\"\nverbs = [\"load\"]\n",
              {"add", "sleepy"}) {}

    Client connect() const { return Client::connect({.socket = daemon.socket()}).value(); }
};

TEST_F(WhoAmI, tells_the_rights_of_a_group_with_their_rules) {
    const std::string text = as(
        kAnna,
        [this](TestClient& other) {
            other.get<ipc::ChannelOpened>(ipc::OpenChannel{8192});
            Client client = connect();
            const Identity me = client.whoami().value();
            std::string told =
                std::to_string(me.uid) + " " + std::to_string(me.groups.size()) + " ";
            for (const std::string& name : me.models.names)
                told += name + " ";
            for (const std::string& name : me.verbs.names)
                told += name + " ";
            told += std::to_string(static_cast<int>(me.priority)) + " " +
                    std::to_string(me.jobs.limit) + " " + std::to_string(me.channel_bytes.used) +
                    " of " + std::to_string(me.channel_bytes.limit) + " " +
                    std::to_string(me.weight) + " " + std::to_string(me.rate);
            return told + "\n" + me.models.rule + "\n" + me.jobs.rule + "\n" + me.inline_bytes.rule;
        },
        {kStudents});
    EXPECT_THAT(text, HasSubstr("61001 2 a* sleepy load 2 7 8192 of 1048576 0.500000 20.000000\n"));
    EXPECT_THAT(text, HasSubstr("samovard.toml:2: policy.group.62001.models\n"));
    EXPECT_THAT(text, HasSubstr("samovard.toml:4: policy.group.62001.jobs\n"));
    EXPECT_THAT(text, HasSubstr("policy.everyone.bytes (built in)"));
}

TEST_F(WhoAmI, is_answered_to_who_may_do_nothing) {
    const std::string text = as(kBert, [this](TestClient&) {
        Client client = connect();
        const Identity me = client.whoami().value();
        return std::to_string(me.models.names.size() + me.verbs.names.size()) + " " +
               me.models.rule;
    });
    EXPECT_EQ(text, "0 policy.everyone.models (built in)");
}

TEST_F(WhoAmI, counts_the_jobs_of_all_sessions) {
    Client client = connect();
    const std::uint64_t request = root.ask(sleep_job(300));
    EXPECT_TRUE(wait_until([&] { return client.whoami()->jobs.used == 1; }));
    const Identity me = client.whoami().value();
    EXPECT_EQ(me.session_jobs.used, 0U) << "the other session's";
    EXPECT_EQ(me.jobs.limit, 2048U);
    EXPECT_THAT(me.models.names, ElementsAre("*"));
    EXPECT_EQ(me.models.rule, "policy.user.root.models (built in)");
    root.send(ipc::Cancel{}, request);
}

}  // namespace
}  // namespace samovar::tests
