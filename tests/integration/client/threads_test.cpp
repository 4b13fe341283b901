// One client in many threads, as a web backend has it.

#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "tests/integration/client/job_specs.hpp"

namespace samovar::tests {
namespace {

class ManyThreads : public WithDaemon {
  protected:
    // Runs `work(thread)` in this many threads and waits for all.
    template <class Work>
    static void in_threads(unsigned count, Work work) {
        std::vector<std::thread> threads;
        for (unsigned i = 0; i < count; ++i)
            threads.emplace_back([&work, i] { work(i); });
        for (std::thread& thread : threads)
            thread.join();
    }
};

TEST_F(ManyThreads, each_gets_its_own_answers) {
    std::atomic<int> right = 0;
    in_threads(8, [&](unsigned thread) {
        for (unsigned round = 0; round < 25; ++round) {
            const unsigned seed = 100 * thread + round;
            if (wrong_elements(client.run(inverting(client, 100 + round, 90, seed)).value(),
                               seed) == 0)
                ++right;
            const float value = static_cast<float>(seed);
            if (sum_of(client.run(adding(value, 1)).value()) == value + 1) ++right;
        }
    });
    EXPECT_EQ(right, 8 * 25 * 2);
}

TEST_F(ManyThreads, questions_jobs_and_an_event_loop_do_not_hinder_each_other) {
    std::atomic<int> answered = 0;
    std::atomic<bool> over = false;
    std::thread loop([&] {
        while (!over) {
            client.dispatch().value();
            std::this_thread::yield();
        }
    });
    in_threads(6, [&](unsigned thread) {
        for (int round = 0; round < 30; ++round) {
            if (thread % 2 == 0)
                client.models().value();
            else
                client.run(adding(1, static_cast<float>(round))).value();
            ++answered;
        }
    });
    over = true;
    loop.join();
    EXPECT_EQ(answered, 6 * 30);
}

TEST_F(ManyThreads, more_jobs_than_the_session_may_have_wait_for_room) {
    Client own = connect();
    std::vector<Job> held;
    own.load("sleepy").value();
    held.push_back(own.submit(sleeping(150)).value());
    while (own.jobs_in_flight() < own.daemon().jobs)
        held.push_back(own.submit(adding(0, 0)).value());
    EXPECT_EQ(own.submit(adding(1, 1)).error().code, Errc::busy);
    std::atomic<int> right = 0;
    in_threads(4, [&](unsigned thread) {
        const float value = static_cast<float>(thread);
        if (sum_of(own.run(adding(value, 1)).value()) == value + 1) ++right;
    });
    EXPECT_EQ(right, 4);
    own.drain(kLong).value();
}

}  // namespace
}  // namespace samovar::tests
