// The policy of samovard.toml, for users that connect. Only root can be several.

#include "tests/integration/access/with_policy.hpp"

namespace samovar::tests {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

constexpr gid_t kStudents = 62001;

// Anna may use "add"; who is in the group 62001 also the others, in the background.
class Policy : public WithPolicy {
  protected:
    Policy()
        : WithPolicy(
              "[policy.user.61001]\nmodels = [\"add\"]\npriority = \"normal\"\n"
              "channels = \"1MiB\"\nverbs = [\"load\"]\nsessions = 3\n"
              "[policy.group.62001]\nmodels = [\"a*\", \"sleepy\"]\npriority = \"background\"\n"
              "jobs = 2\n",
              {"add", "sleepy"}) {}
};

TEST_F(Policy, refuses_everything_to_who_is_not_in_it_and_says_how_to_get_in) {
    const std::string text = as(kBert, [](TestClient& client) {
        return told(client, adding()) + "\n" + told(client, ipc::OpenChannel{4096}) + "\n" +
               told(client, ipc::ListModels{}) + "\n" + told(client, ipc::Ping{});
    });
    std::istringstream lines(text);
    for (int i = 0; i < 3; ++i) {
        std::string line;
        std::getline(lines, line);
        EXPECT_THAT(line, StartsWith("not_permitted: user 61002 may not use this daemon: no models "
                                     "are allowed by policy.everyone.models (built in); "));
        EXPECT_THAT(line, HasSubstr("[policy] of "));
    }
    EXPECT_THAT(text, testing::EndsWith("\ndone")) << "a ping is for anybody";
}

TEST_F(Policy, says_in_the_greeting_what_one_may_do) {
    const auto roles = [this](uid_t uid, std::vector<gid_t> groups) {
        return OtherUser(uid, std::move(groups),
                         [&] {
                             TestClient client(daemon.socket(), false);
                             const auto greeting = client.next().as<ipc::Greeting>();
                             return std::to_string(greeting.roles) + " " +
                                    std::to_string(greeting.limits.user_channel_bytes);
                         })
            .answer();
    };
    EXPECT_EQ(roles(kAnna, {}), "3 1048576");
    EXPECT_EQ(roles(kBert, {}), "0 4294967296");
    EXPECT_EQ(roles(kBert, {kStudents}), "1 4294967296");
}

TEST_F(Policy, lets_a_user_use_the_models_of_that_users_table) {
    EXPECT_EQ(as(kAnna, [](TestClient& client) { return told(client, adding()); }), "done");
    EXPECT_THAT(
        as(kAnna, [](TestClient& client) { return told(client, sleep_job(1)); }),
        testing::MatchesRegex("not_permitted: user 61001 may not use model \"sleepy\": only "
                              "add by .*samovard.toml:2: policy.user.61001.models; .*"));
}

TEST_F(Policy, does_not_tell_whether_a_model_is_there_that_one_may_not_use) {
    const auto about = [this](const std::string& model) {
        std::string text = as(kAnna, [&](TestClient& client) {
            return told(client, ipc::DescribeModel{model}) +
                   told(client, ipc::ExplainModel{model}) +
                   told(client, ipc::DescribeWarmth{model}) +
                   told(client, job(model, {floats({1})}));
        });
        for (std::size_t at; (at = text.find(model)) != text.npos;)
            text.replace(at, model.size(), "MODEL");
        return text;
    };
    EXPECT_EQ(about("sleepy"), about("nobody"));
}

TEST_F(Policy, hides_the_models_that_one_may_not_use) {
    root.get<ipc::ModelLoaded>(ipc::LoadModel{"sleepy"});
    const auto seen = [](TestClient& client) {
        std::string names;
        for (const auto& model : client.get<ipc::ModelList>(ipc::ListModels{}).models)
            names += model.name + " ";
        for (const auto& model : client.get<ipc::StatusReport>(ipc::Status{true}).models)
            names += model.name + " ";
        const std::uint64_t request = client.ask(ipc::WatchEvents{});
        for (Answer event = client.answer(request); event.is<ipc::Event>();
             event = client.answer(request))
            names += event.as<ipc::Event>().model + " ";
        return names;
    };
    EXPECT_EQ(as(kAnna, seen), "add add ");
    EXPECT_THAT(as(kBert, seen, {kStudents}), HasSubstr("sleepy"));
}

TEST_F(Policy, knows_the_supplementary_groups) {
    EXPECT_EQ(as(kBert, [](TestClient& client) { return told(client, sleep_job(1)); }, {kStudents}),
              "done");
    EXPECT_EQ(as(kBert, [](TestClient& client) { return told(client, adding()); },
                 {kStudents + 1, kStudents}),
              "done");
}

TEST_F(Policy, lowers_the_priority_of_who_asks_for_none_and_refuses_who_asks_for_more) {
    const auto with = [](ipc::Priority priority) {
        return [priority](TestClient& client) {
            ipc::Submit submit = adding();
            submit.priority = priority;
            return told(client, submit);
        };
    };
    EXPECT_EQ(as(kBert, with(ipc::Priority::normal), {kStudents}), "done");
    EXPECT_THAT(as(kBert, with(ipc::Priority::interactive), {kStudents}),
                HasSubstr("may not submit interactive jobs: at most background by "));
    EXPECT_EQ(as(kAnna, with(ipc::Priority::normal)), "done");
    EXPECT_THAT(as(kAnna, with(ipc::Priority::interactive)),
                HasSubstr("samovard.toml:3: policy.user.61001.priority"));
}

TEST_F(Policy, bounds_the_memory_of_a_user_in_all_sessions) {
    EXPECT_THAT(as(kAnna,
                   [this](TestClient& client) {
                       TestClient other(daemon.socket());
                       client.get<ipc::ChannelOpened>(ipc::OpenChannel{1u << 20});
                       return told(other, ipc::OpenChannel{4096});
                   }),
                testing::MatchesRegex("quota: .* would hold 1052672 bytes, where 1048576 are "
                                      "allowed: .*:4: policy.user.61001.channels; .*"));
}

TEST_F(Policy, bounds_the_sessions_of_a_user_and_of_nobody_else) {
    EXPECT_THAT(as(kAnna,
                   [this](TestClient&) {
                       const TestClient second(daemon.socket()), third(daemon.socket());
                       TestClient fourth(daemon.socket(), false);
                       return describe(fourth.next().error());
                   }),
                testing::MatchesRegex("user 61001 has 3 sessions, and no more are allowed: .*:6: "
                                      "policy.user.61001.sessions; .*"));
    EXPECT_EQ(told(root, ipc::Ping{}), "done");
}

TEST_F(Policy, bounds_the_jobs_of_each_member_of_a_group) {
    EXPECT_THAT(as(kBert,
                   [](TestClient& client) {
                       client.ask(sleep_job(300));
                       client.ask(sleep_job(300));
                       return told(client, sleep_job(300));
                   },
                   {kStudents}),
                testing::MatchesRegex("busy: user 61002 has 2 jobs that are not done, and no more "
                                      "are allowed: .*: policy.group.62001.jobs; .*"));
}

TEST_F(Policy, lets_who_has_a_verb_use_it_on_the_models_of_that_user) {
    const auto load = [](const std::string& model) {
        return [model](TestClient& client) { return told(client, ipc::LoadModel{model}); };
    };
    EXPECT_EQ(as(kAnna, load("add")), "done");
    EXPECT_THAT(as(kAnna, load("sleepy")), HasSubstr("may not load \"sleepy\": only add by "));
    EXPECT_THAT(as(kAnna, [](TestClient& client) { return told(client, ipc::Reload{}); }),
                testing::MatchesRegex("not_permitted: user 61001 may not reload: only load by .*: "
                                      "policy.user.61001.verbs; ask root.*"));
    EXPECT_THAT(as(kBert, load("add"), {kStudents}),
                HasSubstr("nothing of the kind is allowed by policy.everyone.verbs"));
}

TEST_F(Policy, of_a_reload_counts_for_the_next_jobs_of_sessions_that_are_there) {
    int ends[2];
    ASSERT_EQ(::pipe2(ends, O_CLOEXEC), 0);
    const ipc::UniqueFd changed(ends[0]);
    ipc::UniqueFd change(ends[1]);
    OtherUser anna(kAnna, {}, [&] {
        change.reset();
        TestClient client(daemon.socket());
        std::string text = told(client, adding());
        const TestChannel channel = open_channel(client, 4096);
        char byte = 0;
        if (::read(changed.get(), &byte, 1) != 1) return std::string("no change");
        return text + " " + told(client, adding()) + " " + told(client, sleep_job(1)) + " " +
               told(client, ipc::CloseChannel{channel.id});
    });
    // Her channel is there when the policy changes.
    EXPECT_TRUE(wait_until([this] { return daemon.status().channels == 1; }));
    written("[policy.user.61001]\nmodels = [\"sleepy\"]\n");
    root.get<ipc::ReloadReport>(ipc::Reload{});
    ASSERT_EQ(::write(change.get(), "x", 1), 1);
    EXPECT_THAT(anna.answer(),
                testing::MatchesRegex("done not_permitted: .*only sleepy by .* done done"));
}

TEST_F(Policy, that_takes_a_user_out_lets_what_runs_go_on) {
    OtherUser anna(kBert, {kStudents}, [&] {
        TestClient client(daemon.socket());
        return told(client, sleep_job(300));
    });
    EXPECT_TRUE(wait_until([this] { return daemon.status().jobs == 1; }));
    written("");
    root.get<ipc::ReloadReport>(ipc::Reload{});
    EXPECT_EQ(daemon.status().jobs, 1U) << "the job was over before its user was taken out";
    EXPECT_EQ(anna.answer(), "done");
}

TEST_F(Policy, that_anybody_may_write_is_refused) {
    namespace fs = std::filesystem;
    const fs::path file = written("[policy.everyone]\nmodels = [\"*\"]\n");
    fs::permissions(file, fs::perms::others_write, fs::perm_options::add);
    EXPECT_THAT(root.call(ipc::Reload{}).error().message,
                HasSubstr("samovard.toml: anybody may write it (mode 0646), and it says who may do "
                          "what; chmod o-w "));
    EXPECT_THAT(as(kBert, [](TestClient& client) { return told(client, adding()); }),
                StartsWith("not_permitted: "));
}

TEST_F(Policy, that_cannot_be_read_leaves_the_old_one_in_force) {
    written("[policy.user.61001]\nmodels = [\"sleepy\"]\n[policy.user.nobody-of-this-name]\n");
    const Error error = root.call(ipc::Reload{}).error();
    EXPECT_EQ(error.code, Errc::invalid_argument);
    EXPECT_THAT(error.message,
                HasSubstr("samovard.toml:3: policy.user.nobody-of-this-name: there is no user"));
    EXPECT_EQ(as(kAnna, [](TestClient& client) { return told(client, adding()); }), "done");
}

}  // namespace
}  // namespace samovar::tests
