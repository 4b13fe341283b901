#include "daemon/sessions/turns.hpp"

#include <algorithm>
#include <iterator>
#include <memory>
#include <utility>

namespace samovar::daemon {
namespace {

// That many frames in a round are few.
constexpr unsigned kFewFrames = 4;
// After so many the loop looks for what has come meanwhile.
constexpr unsigned kServedTogether = 4;

}  // namespace

// A waiter owns its session, which may be the last to know of others.
Turns::~Turns() {
    std::deque<Waiter> dropped;
    for (auto& [user, entry] : users_)
        std::ranges::move(entry.waiting, std::back_inserter(dropped));
}

void Turns::enter(uid_t user) {
    ++users_[user].sessions;
}

void Turns::leave(uid_t user) {
    const auto found = users_.find(user);
    if (--found->second.sessions == 0 && found->second.waiting.empty()) users_.erase(found);
}

bool Turns::is_free() {
    if (users_.size() < 2) return true;
    if (!order_.empty()) return false;
    if (const scheduler::Time now = scheduler::Clock::now(); now >= round_end_) {
        round_end_ = now + round_;
        handled_in_round_ = 0;
    }
    return ++handled_in_round_ <= kFewFrames;
}

asio::awaitable<void> Turns::wait(uid_t user) {
    return asio::async_initiate<const asio::use_awaitable_t<>, void()>(
        [this, user](auto handler) {
            const auto kept = std::make_shared<decltype(handler)>(std::move(handler));
            line_up(user, [kept] { std::move (*kept)(); });
        },
        asio::use_awaitable);
}

void Turns::line_up(uid_t user, Waiter waiter) {
    std::deque<Waiter>& waiting = users_[user].waiting;
    if (waiting.empty()) order_.push_back(user);
    waiting.push_back(std::move(waiter));
    if (!std::exchange(to_serve_, true)) serve_later();
}

void Turns::serve_later() {
    asio::post(loop_, [this] { serve(); });
}

void Turns::serve() {
    for (unsigned served = 0; served < kServedTogether && !order_.empty(); ++served) {
        const uid_t user = order_.front();
        order_.pop_front();
        const auto found = users_.find(user);
        const Waiter waiter = std::move(found->second.waiting.front());
        found->second.waiting.pop_front();
        if (!found->second.waiting.empty())
            order_.push_back(user);
        else if (found->second.sessions == 0)
            users_.erase(found);
        waiter();
    }
    to_serve_ = !order_.empty();
    if (to_serve_) serve_later();
}

}  // namespace samovar::daemon
