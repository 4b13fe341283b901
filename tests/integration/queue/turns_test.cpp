// Whose turn it is.

#include "tests/integration/queue/queue.hpp"

namespace samovar::tests {
namespace {

class Turns : public WithQueue {
  protected:
    static JobSpec with(Priority priority) {
        JobSpec spec = sleeping(20);
        spec.priority = priority;
        return spec;
    }
    // How many jobs of the others were done when this one was.
    std::uint64_t done_before(Job& job) {
        job.wait(kLong).value();
        return client.info("sleepy")->jobs_done - 1;
    }
};

TEST_F(Turns, go_round_between_sessions) {
    Job busy = keep_busy();
    std::vector<Job> many;
    for (int i = 0; i < 20; ++i)
        many.push_back(client.submit(sleeping(20)).value());
    Client polite = connect();
    Job few = polite.submit(sleeping(20)).value();
    EXPECT_LT(done_before(few), 8U) << "of 21 that came before it";
    for (Job& job : many)
        job.wait(kLong).value();
}

TEST_F(Turns, come_first_to_what_is_interactive_and_last_to_what_is_in_the_background) {
    Job busy = keep_busy();
    std::vector<Job> slow;
    for (int i = 0; i < 10; ++i)
        slow.push_back(client.submit(with(Priority::background)).value());
    Job normal = client.submit(with(Priority::normal)).value();
    Job quick = client.submit(with(Priority::interactive)).value();
    EXPECT_LT(done_before(quick), 4U);
    EXPECT_LT(done_before(normal), 6U);
    for (Job& job : slow)
        job.wait(kLong).value();
}

TEST_F(Turns, are_given_back_by_what_is_cancelled) {
    Job busy = keep_busy();
    std::vector<Job> storm;
    for (int i = 0; i < 200; ++i)
        storm.push_back(client.submit(sleeping(1000)).value());
    for (Job& job : storm)
        job.cancel();
    Job last = client.submit(sleeping(1)).value();
    EXPECT_TRUE(last.wait(kLong));
    std::size_t cancelled = 0;
    for (Job& job : storm) {
        const auto end = job.wait(kLong);
        cancelled += !end && end.error().code == Errc::cancelled ? 1 : 0;
    }
    EXPECT_EQ(cancelled, storm.size());
    EXPECT_TRUE(wait_until([&] { return daemon.status().jobs == 0; }));
}

}  // namespace
}  // namespace samovar::tests
