// A program with an event loop of its own: poll() over libsamovar's descriptor and others.

#include <gtest/gtest.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "tests/integration/client/job_specs.hpp"

namespace samovar::tests {
namespace {

class Loop : public WithDaemon {
  protected:
    Loop() : other(::eventfd(0, EFD_CLOEXEC)) {}

    // Until `done()`, or an error of dispatch(). Counts what came on the other descriptor.
    template <class Done>
    Result<void> turn_until(Done done) {
        while (!done()) {
            pollfd watched[] = {{client.fd(), client.events(), 0}, {other.get(), POLLIN, 0}};
            if (::poll(watched, 2, static_cast<int>(kLong.count())) <= 0)
                throw std::runtime_error("nothing happened");
            if (watched[1].revents != 0) {
                eventfd_t count = 0;
                ::eventfd_read(other.get(), &count);
                events += count;
            }
            if (watched[0].revents == 0) continue;
            if (const auto dispatched = client.dispatch(); !dispatched) return dispatched.error();
        }
        return {};
    }

    ipc::UniqueFd other;
    std::uint64_t events = 0;
};

TEST_F(Loop, carries_a_pipeline_of_jobs_and_its_own_events) {
    // Ten in flight; each that ends begins the next and tells the other descriptor.
    int begun = 0, ended = 0, wrong = 0;
    std::function<void()> begin = [&] {
        const int number = begun++;
        client
            .submit(adding(static_cast<float>(number), 1),
                    [&, number](const Result<JobResult>& result) {
                        wrong +=
                            result && sum_of(*result) == static_cast<float>(number) + 1 ? 0 : 1;
                        ++ended;
                        ::eventfd_write(other.get(), 1);
                        if (begun < 100) begin();
                    })
            .value();
    };
    for (int i = 0; i < 10; ++i)
        begin();
    turn_until([&] { return events == 100; }).value();
    EXPECT_EQ(ended, 100);
    EXPECT_EQ(wrong, 0);
    EXPECT_EQ(client.jobs_in_flight(), 0U);
}

TEST_F(Loop, is_never_held_up_by_a_job_that_runs) {
    client.load("sleepy").value();
    Job slow = client.submit(sleeping(400)).value();
    wait_for_running(1);
    EXPECT_EQ(client.dispatch().value(), 0U);
    EXPECT_FALSE(slow.done());
    turn_until([&] { return slow.done(); }).value();
    EXPECT_TRUE(slow.wait(milliseconds(0)));
}

TEST_F(Loop, hears_of_the_daemons_death_and_comes_back_by_a_call) {
    client.load("sleepy").value();
    std::optional<Errc> code;
    client
        .submit(sleeping(100'000),
                [&](const Result<JobResult>& result) { code = result.error().code; })
        .value();
    wait_for_running(1);
    daemon.kill();
    const Result<void> end = turn_until([&] { return code.has_value(); });
    EXPECT_TRUE(end || end.error().code == Errc::disconnected);
    EXPECT_EQ(code, Errc::disconnected);
    EXPECT_EQ(client.fd(), -1);
    EXPECT_EQ(client.events(), 0);
    daemon.start();
    client.ping().value();
    EXPECT_GE(client.fd(), 0);
    float sum = 0;
    client.submit(adding(2, 3), [&](const Result<JobResult>& result) { sum = sum_of(*result); })
        .value();
    turn_until([&] { return sum != 0; }).value();
    EXPECT_EQ(sum, 5);
}

TEST_F(Loop, that_must_not_block_gets_no_daemon_at_once) {
    Client own = connect({.reconnect_wait = milliseconds(0)});
    daemon.kill();
    const auto refused = own.submit(adding(1, 1));
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, Errc::no_daemon);
    daemon.start();
    EXPECT_EQ(sum_of(own.run(adding(1, 1)).value()), 2);
}

}  // namespace
}  // namespace samovar::tests
