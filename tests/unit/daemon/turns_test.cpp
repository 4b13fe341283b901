// Whose frame is handled next.

#include "daemon/sessions/turns.hpp"

#include <gtest/gtest.h>

#include <string>

#include "tests/unit/daemon/loop.hpp"

namespace samovar::daemon {
namespace {

using namespace std::chrono_literals;

constexpr uid_t kAnna = 1000, kBert = 1001;

class FrameTurns : public testing::Test {
  protected:
    // A frame of a session; its letters are written down when it is handled.
    void send(uid_t user, std::string letters) {
        asio::co_spawn(loop_.context, handle(user, std::move(letters)), or_end_the_daemon);
    }
    std::string handled() {
        loop_.settle();
        return handled_;
    }

    tests::Loop loop_;
    Turns turns_{loop_.context.get_executor(), 1h};

  private:
    asio::awaitable<void> handle(uid_t user, std::string letters) {
        if (!turns_.is_free()) co_await turns_.wait(user);
        handled_ += letters;
    }

    std::string handled_;
};

TEST_F(FrameTurns, nobody_waits_while_one_user_is_alone) {
    turns_.enter(kAnna);
    turns_.enter(kAnna);
    for (int frame = 0; frame < 1000; ++frame)
        EXPECT_TRUE(turns_.is_free());
}

TEST_F(FrameTurns, few_frames_are_handled_at_once) {
    turns_.enter(kAnna);
    turns_.enter(kBert);
    EXPECT_TRUE(turns_.is_free());
    EXPECT_TRUE(turns_.is_free());
}

TEST_F(FrameTurns, a_user_with_many_sessions_is_one_of_two) {
    turns_.enter(kBert);
    for (int session = 0; session < 40; ++session) {
        turns_.enter(kAnna);
        send(kAnna, "a");
    }
    send(kBert, "b");
    const std::string order = handled();
    ASSERT_EQ(order.size(), 41u);
    // Few are handled at once; then it is Anna's turn, and Bert's.
    EXPECT_EQ(order.find('b'), 5u) << order;
}

TEST_F(FrameTurns, sessions_of_a_user_have_theirs_in_the_order_in_which_they_ask) {
    turns_.enter(kAnna);
    turns_.enter(kBert);
    const std::string letters = "cdefghijklmnopqrstuvwxyz";
    for (const char letter : letters)
        send(kAnna, std::string(1, letter));
    EXPECT_EQ(handled(), letters);
}

TEST_F(FrameTurns, whoever_comes_while_others_wait_waits_too) {
    turns_.enter(kAnna);
    turns_.enter(kBert);
    while (turns_.is_free()) {
    }
    send(kAnna, "a");
    loop_.context.restart();
    loop_.context.poll_one();
    EXPECT_FALSE(turns_.is_free());
    EXPECT_EQ(handled(), "a");
}

TEST_F(FrameTurns, a_user_who_has_left_is_in_nobody_s_way) {
    turns_.enter(kAnna);
    turns_.enter(kBert);
    while (turns_.is_free()) {
    }
    turns_.leave(kBert);
    EXPECT_TRUE(turns_.is_free());
}

TEST(FrameTurnsAtTheEnd, waiters_end_with_it) {
    const auto alive = std::make_shared<int>(0);
    std::optional<int> done;
    {
        tests::Loop loop;
        Turns turns(loop.context.get_executor(), 1h);
        turns.enter(kAnna);
        turns.enter(kBert);
        while (turns.is_free()) {
        }
        loop.start(
            [](Turns& of, std::shared_ptr<int> held) -> asio::awaitable<int> {
                co_await of.wait(kAnna);
                co_return *held;
            }(turns, alive),
            done);
        loop.context.poll_one();
        EXPECT_GT(alive.use_count(), 1);
    }
    EXPECT_EQ(alive.use_count(), 1);
}

}  // namespace
}  // namespace samovar::daemon
