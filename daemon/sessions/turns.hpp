#pragma once
#include <sys/types.h>

#include <deque>
#include <functional>
#include <unordered_map>

#include "daemon/asio.hpp"
#include "scheduler/types.hpp"

namespace samovar::daemon {

// Whose frame is handled next: users by turns, and each user's sessions in the order in which they
// ask. So the loop is shared by users, however many sessions each of them has. While only one user
// has sessions, or frames are few, nobody waits. Loop thread only.
class Turns {
  public:
    // A few frames in each `round` are handled at once: that takes less than a tenth of a
    // millisecond.
    explicit Turns(const asio::any_io_executor& loop,
                   scheduler::Duration round = std::chrono::microseconds(200))
        : loop_(loop), round_(round) {}
    ~Turns();
    Turns(const Turns&) = delete;
    Turns& operator=(const Turns&) = delete;

    // A session of `user` takes part from here to there.
    void enter(uid_t user);
    void leave(uid_t user);

    // Whether the next frame may be handled at once; where not, wait for a turn.
    bool is_free();
    asio::awaitable<void> wait(uid_t user);

  private:
    using Waiter = std::function<void()>;
    struct User {
        std::size_t sessions = 0;
        std::deque<Waiter> waiting;
    };

    void line_up(uid_t user, Waiter waiter);
    void serve_later();
    void serve();

    asio::any_io_executor loop_;
    std::unordered_map<uid_t, User> users_;  // with a session or a waiter
    std::deque<uid_t> order_;                // those for whom somebody waits
    bool to_serve_ = false;                  // serve() is on its way
    scheduler::Duration round_;
    scheduler::Time round_end_{};
    unsigned handled_in_round_ = 0;
};

}  // namespace samovar::daemon
