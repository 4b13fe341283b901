// When the loop asks, and when it waits.

#include "daemon/eager_loop.hpp"

#include <gtest/gtest.h>

#include <thread>

namespace samovar::daemon {
namespace {

using namespace std::chrono_literals;
using scheduler::Clock;

class EagerLoop : public testing::Test {
  protected:
    asio::io_context loop_{1};
};

TEST_F(EagerLoop, ends_when_there_is_nothing_to_wait_for) {
    int ran = 0;
    asio::post(loop_, [&] { ++ran; });
    run_eagerly(loop_, [] { return scheduler::Time{}; });
    loop_.restart();
    asio::post(loop_, [&] { ++ran; });
    run_eagerly(loop_, [] { return Clock::now() + 1h; });
    EXPECT_EQ(ran, 2);
}

TEST_F(EagerLoop, asks_over_and_over_while_it_is_eager_and_then_waits) {
    asio::steady_timer timer(loop_, 200ms);
    bool fired = false;
    timer.async_wait([&](boost::system::error_code) { fired = true; });
    int asked = 0;
    run_eagerly(loop_, [&] { return ++asked < 20 ? Clock::now() + 1h : scheduler::Time{}; });
    EXPECT_TRUE(fired);
    EXPECT_EQ(asked, 20) << "nineteen times at once, and then it slept until something came";
}

TEST_F(EagerLoop, hears_of_what_comes_while_it_is_eager) {
    const auto work = asio::make_work_guard(loop_);
    std::thread other([this] { asio::post(loop_, [this] { loop_.stop(); }); });
    run_eagerly(loop_, [] { return Clock::now() + 1h; });
    other.join();
    EXPECT_TRUE(loop_.stopped());
}

}  // namespace
}  // namespace samovar::daemon
