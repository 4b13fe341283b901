// Work for the helper thread.

#include "daemon/off_loop.hpp"

#include <stdexcept>
#include <thread>

#include "tests/unit/daemon/loop.hpp"

namespace samovar::daemon {
namespace {

asio::awaitable<std::thread::id> thread_of_work(asio::thread_pool& helper) {
    auto work = [] { return std::this_thread::get_id(); };
    co_return co_await off_loop(helper, work);
}

asio::awaitable<int> work_that_throws(asio::thread_pool& helper) {
    auto work = []() -> int { throw std::runtime_error("of the work"); };
    co_return co_await off_loop(helper, work);
}

asio::awaitable<std::unique_ptr<int>> work_that_gives_what_cannot_be_copied(
    asio::thread_pool& helper) {
    auto work = [] { return std::make_unique<int>(7); };
    co_return co_await off_loop(helper, work);
}

TEST(OffLoop, runs_work_on_the_helper_thread) {
    tests::Loop loop;
    asio::thread_pool helper(1);
    EXPECT_NE(loop.run(thread_of_work(helper)), std::this_thread::get_id());
}

TEST(OffLoop, brings_back_what_was_thrown) {
    tests::Loop loop;
    asio::thread_pool helper(1);
    EXPECT_THROW(loop.run(work_that_throws(helper)), std::runtime_error);
}

TEST(OffLoop, moves_what_it_brings_back) {
    tests::Loop loop;
    asio::thread_pool helper(1);
    EXPECT_EQ(*loop.run(work_that_gives_what_cannot_be_copied(helper)), 7);
}

TEST(OffLoop, keeps_the_loop_alive_until_it_is_back) {
    asio::io_context context(1);
    asio::thread_pool helper(1);
    bool back = false;
    asio::co_spawn(context, thread_of_work(helper),
                   [&](const std::exception_ptr&, std::thread::id) { back = true; });
    context.run();
    EXPECT_TRUE(back);
}

}  // namespace
}  // namespace samovar::daemon
