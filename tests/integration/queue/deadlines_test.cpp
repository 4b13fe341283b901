// Jobs that are to be done by some time.

#include "tests/integration/queue/queue.hpp"

namespace samovar::tests {
namespace {

using std::chrono::steady_clock;
using testing::HasSubstr;

class Deadlines : public WithQueue {
  protected:
    static JobSpec within(steady_clock::duration time, std::int64_t count = 1) {
        JobSpec spec = sleeping(count);
        spec.deadline = steady_clock::now() + time;
        return spec;
    }
};

TEST_F(Deadlines, hold_for_what_is_done_in_time) {
    EXPECT_TRUE(client.run(within(kLong), kLong));
}

TEST_F(Deadlines, drop_what_waits_too_long_before_it_runs) {
    Job busy = keep_busy(1000);
    Job next = client.submit(sleeping(1)).value();  // lies ready at the worker
    const auto late = client.submit(within(100ms)).value().wait(kLong);
    ASSERT_FALSE(late);
    EXPECT_FALSE(busy.done()) << "it was told before the worker had time";
    EXPECT_EQ(late.error().code, Errc::too_late);
    EXPECT_THAT(late.error().message, HasSubstr("was to be done within 100 ms"));
    next.wait(kLong).value();
    EXPECT_EQ(client.info("sleepy")->jobs_done, 2U);
}

TEST_F(Deadlines, drop_what_lies_ready_at_the_worker_for_too_long) {
    Job busy = keep_busy();
    const auto late = client.submit(within(50ms, 1000)).value().wait(kLong);
    ASSERT_FALSE(late);
    EXPECT_EQ(late.error().code, Errc::too_late);
    EXPECT_THAT(late.error().message, HasSubstr("was to be done within 50 ms"));
    EXPECT_EQ(client.info("sleepy")->jobs_done, 1U);
    EXPECT_EQ(client.info("sleepy")->jobs_failed, 0U);
}

TEST_F(Deadlines, refuse_at_once_what_cannot_be_done_by_what_the_model_took) {
    client.run(sleeping(300), kLong).value();
    const auto late = client.run(within(20ms), kLong);
    ASSERT_FALSE(late);
    EXPECT_EQ(late.error().code, Errc::too_late);
    EXPECT_THAT(late.error().message, HasSubstr("and would be late by"));
    EXPECT_THAT(late.error().message, HasSubstr("by what jobs of model \"sleepy\" took"));
}

TEST_F(Deadlines, that_are_over_cost_the_daemon_nothing) {
    const auto late = client.run(within(-1s), kLong);
    ASSERT_FALSE(late);
    EXPECT_EQ(late.error().code, Errc::too_late);
    EXPECT_THAT(late.error().message, HasSubstr("1000 ms ago"));
}

TEST_F(Deadlines, are_a_day_away_at_most) {
    const auto far = client.run(within(25h), kLong);
    ASSERT_FALSE(far);
    EXPECT_EQ(far.error().code, Errc::invalid_argument);
}

}  // namespace
}  // namespace samovar::tests
