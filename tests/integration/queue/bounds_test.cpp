// What is over a bound of the queue, by frames: libsamovar would wait by itself.

#include "tests/integration/queue/queue.hpp"

namespace samovar::tests {
namespace {

using testing::HasSubstr;

class Bounds : public WithQueue {
  protected:
    Bounds() : WithQueue("[queue]\nsession_jobs = 3\n[policy.everyone]\njobs = 5\n") {}

    // The error of the first of them that is refused.
    static Error refusal(TestClient& sender, int jobs) {
        std::vector<std::uint64_t> asked;
        for (int i = 0; i < jobs; ++i)
            asked.push_back(sender.ask(sleep_job(100)));
        for (const std::uint64_t request : asked)
            if (const Answer answer = sender.answer(request); answer.is<ipc::ErrorReply>())
                return answer.error();
        return {};
    }
};

TEST_F(Bounds, are_said_in_the_greeting) {
    EXPECT_EQ(client.daemon().jobs, 3U);
}

TEST_F(Bounds, of_a_session_are_busy_at_once_with_a_hint_when_to_come_back) {
    TestClient sender(daemon.socket());
    const Error busy = refusal(sender, 4);
    EXPECT_EQ(busy.code, Errc::busy);
    EXPECT_THAT(busy.message, HasSubstr("this session has 3 jobs that are not done"));
    EXPECT_GT(busy.retry_after_ms, 0U);
}

TEST_F(Bounds, of_a_user_hold_for_all_sessions) {
    TestClient one(daemon.socket()), two(daemon.socket());
    for (int i = 0; i < 3; ++i)
        one.ask(sleep_job(300));
    EXPECT_TRUE(wait_until([&] { return daemon.status().jobs == 3; }));
    const Error busy = refusal(two, 3);
    EXPECT_EQ(busy.code, Errc::busy);
    EXPECT_THAT(busy.message, HasSubstr(" has 5 jobs that are not done"));
    EXPECT_THAT(busy.message, HasSubstr("user "));
}

TEST_F(Bounds, of_a_model_are_those_of_its_model_toml) {
    take("add", "[limits]\nrate = 0.1\n");
    TestClient sender(daemon.socket());
    const auto adding = job("add", {floats({1}), floats({2})});
    EXPECT_TRUE(sender.call(adding).is<ipc::Done>());
    const Error busy = sender.call(adding).error();
    EXPECT_EQ(busy.code, Errc::busy);
    EXPECT_THAT(busy.message, HasSubstr("this model may have 0.1 jobs a second, and has had them"));
    EXPECT_GT(busy.retry_after_ms, 1000U);
}

TEST_F(Bounds, make_the_library_wait_until_there_is_room) {
    std::vector<Job> jobs;
    for (int i = 0; i < 3; ++i)
        jobs.push_back(client.submit(sleeping(20)).value());
    EXPECT_TRUE(client.run(sleeping(1), kLong));
}

}  // namespace
}  // namespace samovar::tests
