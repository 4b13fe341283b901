#pragma once
#include <boost/asio/posix/stream_descriptor.hpp>
#include <chrono>
#include <functional>

#include "daemon/asio.hpp"
#include "daemon/budget_options.hpp"

namespace samovar::daemon {

// Says when to look at how much memory other programs leave: each second while somebody wants to
// know, and at once when the kernel says that processes wait for memory (PSI), where it does.
class HostWatch {
  public:
    static constexpr std::chrono::seconds kInterval{1};

    // `look` is called outside of other calls.
    HostWatch(const asio::any_io_executor& loop, const BudgetOptions& options,
              std::function<void()> look);

    // Nobody is woken while nobody wants to know.
    void want(bool wanted);
    bool wanted() const { return wanted_; }
    void stop();

  private:
    void watch_pressure(const std::filesystem::path& file);
    void wait_for_pressure();
    void wait();

    std::function<void()> look_;
    asio::steady_timer timer_;
    asio::posix::stream_descriptor pressure_;
    bool wanted_ = false, waiting_ = false;
};

}  // namespace samovar::daemon
