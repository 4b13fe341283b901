#pragma once
#include <cstdint>
#include <deque>
#include <memory>
#include <vector>

#include "ipc/wire/residency_messages.hpp"

namespace samovar::daemon {

// Whoever follows what models do.
class EventFollower {
  public:
    virtual void event(std::uint64_t request, const ipc::Event& event) = 0;

  protected:
    ~EventFollower() = default;
};

// The last moves of all models, and those who wait for the next. Loop thread only.
class EventLog {
  public:
    // A day of six models that come and go every ten minutes; about 0.5 MB when full.
    static constexpr std::size_t kCapacity = 4096;

    void add(ipc::Event event);
    // What an earlier life of the daemon wrote down.
    void recall(std::deque<ipc::Event> events) { events_ = std::move(events); }
    // Those remembered, the oldest first.
    const std::deque<ipc::Event>& events() const { return events_; }
    // From now on, for as long as the follower lives.
    void follow(std::weak_ptr<EventFollower> follower, std::uint64_t request);

  private:
    struct Following {
        std::weak_ptr<EventFollower> follower;
        std::uint64_t request;
    };
    std::deque<ipc::Event> events_;
    std::vector<Following> following_;
};

}  // namespace samovar::daemon
