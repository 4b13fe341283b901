#include "daemon/residency/event_log.hpp"

#include <utility>

namespace samovar::daemon {

void EventLog::add(ipc::Event event) {
    if (events_.size() == kCapacity) events_.pop_front();
    events_.push_back(std::move(event));
    std::erase_if(following_, [this](const Following& each) {
        const auto follower = each.follower.lock();
        if (follower) follower->event(each.request, events_.back());
        return !follower;
    });
}

void EventLog::follow(std::weak_ptr<EventFollower> follower, std::uint64_t request) {
    following_.push_back({std::move(follower), request});
}

}  // namespace samovar::daemon
