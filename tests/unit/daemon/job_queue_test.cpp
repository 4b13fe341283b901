// The bounds of the queue: from samovard.toml, and as they are kept.

#include "daemon/sessions/job_queue.hpp"

#include <gmock/gmock.h>

#include "toml_fault.hpp"

namespace samovar::daemon {
namespace {

using testing::HasSubstr;

constexpr std::uint64_t kMiB = 1u << 20;

QueueOptions read(const std::string& text) {
    const toml::table table = parse_toml(text, "samovard.toml");
    TomlReader top(table, "samovard.toml");
    QueueOptions options = read_queue(top);
    top.finish();
    return options;
}

std::string fault_of(const std::string& text) {
    return fault_in([&] { read(text); });
}

TEST(QueueOptions, have_defaults_that_the_protocol_names) {
    const QueueOptions options = read("");
    EXPECT_EQ(options.limits.session.jobs, kMaxJobsPerSession);
    EXPECT_EQ(options.limits.session.bytes, kMaxInlineBytesPerSession);
    EXPECT_EQ(options.limits.all.jobs, kMaxJobs);
}

TEST(QueueOptions, are_read_from_the_configuration_file) {
    const QueueOptions options =
        read("[queue]\nsession_jobs = 8\nsession_bytes = \"1MiB\"\njobs = 32\nbytes = \"4MiB\"\n");
    EXPECT_EQ(options.limits.session, (scheduler::Load{8, kMiB}));
    EXPECT_EQ(options.limits.all, (scheduler::Load{32, 4 * kMiB}));
}

TEST(ModelBounds, are_read_from_model_toml) {
    const toml::table table = parse_toml("[limits]\njobs = 10\nrate = 5\n", "model.toml");
    TomlReader top(table, "model.toml");
    const ModelBounds bounds = read_model_bounds(top);
    EXPECT_EQ(bounds.jobs, 10U);
    EXPECT_EQ(bounds.rate, 5);
}

TEST(QueueOptions, name_file_line_and_key_of_what_cannot_be) {
    EXPECT_THAT(fault_of("[queue]\nsession_jobs = 1000\n"),
                HasSubstr("samovard.toml:2: queue.session_jobs: "));
    EXPECT_THAT(fault_of("[queue]\nbytes = \"2kB\"\n"),
                HasSubstr("samovard.toml:2: queue.bytes: \"2kB\" is no amount from 983.0 kB to"));
    EXPECT_THAT(fault_of("[queue]\nlength = 3\n"), HasSubstr("length"));
}

class Queueing : public testing::Test {
  protected:
    static QueueOptions small() {
        QueueOptions options;
        options.limits = {{2, kMiB}, {4, 3 * kMiB}};
        return options;
    }
    static QueuedUser of(scheduler::Uid uid) {
        return {{uid == 7 ? 1U : 3U, "policy.jobs"},
                {2 * kMiB, "policy.bytes"},
                {uid == 8 ? 1 : scheduler::kNoRate, "policy.rate"}};
    }
    // True where there was room; else the error is in `error`.
    bool enter(scheduler::Uid uid, scheduler::SessionId session, std::uint64_t bytes = 0) {
        Result<QueuePlace> place = queue_.enter({uid, session}, of(uid), {1, bounds_}, bytes, now_);
        if (!place) {
            error_ = place.error();
            return false;
        }
        places_.push_back(std::move(*place));
        return true;
    }

    JobQueue queue_{small()};
    ModelBounds bounds_;
    scheduler::Time now_{std::chrono::hours(1)};
    std::vector<QueuePlace> places_;
    Error error_;
};

TEST_F(Queueing, says_busy_over_the_bound_of_a_session) {
    EXPECT_TRUE(enter(1, 1) && enter(1, 1));
    EXPECT_FALSE(enter(1, 1));
    EXPECT_EQ(error_.code, Errc::busy);
    EXPECT_EQ(error_.message,
              "this session has 2 jobs that are not done, and no more are allowed: session_jobs in "
              "[queue] of samovard.toml");
}

TEST_F(Queueing, says_busy_over_the_bound_of_a_user_in_all_sessions) {
    EXPECT_TRUE(enter(1, 1) && enter(1, 2) && enter(1, 3));
    EXPECT_FALSE(enter(1, 4));
    EXPECT_THAT(error_.message, HasSubstr("user 1 has 3 jobs that are not done, and no more are "
                                          "allowed: policy.jobs"));
    EXPECT_TRUE(enter(2, 5)) << "another's";
}

TEST_F(Queueing, says_busy_over_a_users_own_bound) {
    EXPECT_TRUE(enter(7, 1));
    EXPECT_FALSE(enter(7, 2));
    EXPECT_THAT(error_.message, HasSubstr("user 7 has 1 jobs"));
}

TEST_F(Queueing, says_busy_over_the_bound_of_all) {
    EXPECT_TRUE(enter(1, 1) && enter(2, 2) && enter(3, 3) && enter(4, 4));
    EXPECT_FALSE(enter(5, 5));
    EXPECT_THAT(error_.message, HasSubstr("the daemon has 4 jobs"));
}

TEST_F(Queueing, counts_the_bytes_that_jobs_bring_in_their_messages) {
    EXPECT_TRUE(enter(1, 1, kMiB));
    EXPECT_FALSE(enter(1, 1, 1));
    EXPECT_EQ(error_.message,
              "the inline tensors of the jobs of this session would hold more than 1048576 bytes: "
              "session_bytes in [queue] of samovard.toml");
    EXPECT_THAT(error_.hint, HasSubstr("into a channel"));
    EXPECT_TRUE(enter(1, 1)) << "in a channel there is room";
}

TEST_F(Queueing, says_busy_over_the_bound_of_a_model) {
    bounds_.jobs = 1;
    EXPECT_TRUE(enter(1, 1));
    EXPECT_FALSE(enter(2, 2));
    EXPECT_THAT(error_.message, HasSubstr("this model has 1 jobs that are not done"));
}

TEST_F(Queueing, says_busy_to_who_is_too_fast_and_when_to_come_back) {
    bounds_.rate = 2;
    EXPECT_TRUE(enter(1, 1) && enter(2, 2));
    EXPECT_FALSE(enter(3, 3));
    EXPECT_EQ(error_.code, Errc::busy);
    EXPECT_EQ(error_.message,
              "this model may have 2 jobs a second, and has had them: rate in [limits] of its "
              "model.toml");
    EXPECT_EQ(error_.retry_after_ms, 500U);
    now_ += std::chrono::milliseconds(500);
    EXPECT_TRUE(enter(3, 3)) << "what was refused took no place";
}

TEST_F(Queueing, has_a_rate_of_each_user) {
    EXPECT_TRUE(enter(8, 1));
    EXPECT_FALSE(enter(8, 2));
    EXPECT_THAT(error_.message,
                HasSubstr("user 8 may have 1 jobs a second, and has had them: policy.rate"));
    EXPECT_TRUE(enter(9, 3));
}

TEST_F(Queueing, leaves_a_user_the_rate_that_a_model_had_no_use_for) {
    bounds_.rate = 1;
    EXPECT_TRUE(enter(9, 1));
    EXPECT_FALSE(enter(8, 2)) << "of the model";
    bounds_.rate = scheduler::kNoRate;
    EXPECT_TRUE(enter(8, 2));
    EXPECT_FALSE(enter(8, 2)) << "of the user";
}

TEST_F(Queueing, has_room_again_when_a_job_has_gone) {
    EXPECT_TRUE(enter(1, 1) && enter(1, 1));
    places_.pop_back();
    EXPECT_TRUE(enter(1, 1));
}

}  // namespace
}  // namespace samovar::daemon
