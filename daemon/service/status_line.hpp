#pragma once
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "daemon/asio.hpp"
#include "daemon/residency/event_log.hpp"

namespace samovar::daemon {

// What `systemctl status` shows of a daemon.
struct Hotness {
    std::vector<std::string> hot;  // models, by name
    std::size_t parked = 0, models = 0;
};
// "2 of 6 models hot (minilm, selfie), 1 parked"; of many the first few by name.
std::string in_one_line(const Hotness& hotness);

// Keeps systemd's status line right: looks again soon after a model has moved, and tells what has
// changed. Loop thread only.
class StatusLine final : public EventFollower, public std::enable_shared_from_this<StatusLine> {
  public:
    StatusLine(const asio::any_io_executor& loop, std::function<Hotness()> look);
    // The line there is now, to be sent with another state.
    std::string now();
    void stop();

  private:
    void event(std::uint64_t request, const ipc::Event& event) override;

    std::function<Hotness()> look_;
    asio::steady_timer timer_;
    bool waiting_ = false, stopped_ = false;
    std::string told_;
};

}  // namespace samovar::daemon
