#pragma once
#include <boost/asio/thread_pool.hpp>
#include <chrono>
#include <functional>
#include <optional>

#include "daemon/asio.hpp"
#include "daemon/devices/nvml.hpp"

namespace samovar::daemon {

// Asks NVML on a thread of its own: its calls can block, and the thread that waits for disks may be
// busy with gigabytes while a load waits to be told of its room. No thread until the first look.
// Loop thread only; ask nothing of it once the loop has ended.
class GpuProbe {
  public:
    // How long a look waits for the driver. One that answers later was not asked.
    static constexpr std::chrono::seconds kPatience{2};
    using Then = std::function<void(const GpuReadings&)>;

    GpuProbe(asio::any_io_executor loop, const std::string& library);

    // Tells `then` on the loop, later. Readings are empty where the driver does not answer in time.
    // Without `stay` the driver is let go afterwards.
    void look(std::set<std::string> devices, bool stay, Then then);
    // Lets the driver go, after the looks before it.
    void let_go();
    // Waits for the answer: for the start of the daemon, before the first look().
    GpuReadings look_now(const std::set<std::string>& devices);

  private:
    struct Look;

    asio::any_io_executor loop_;
    Nvml nvml_;
    std::optional<asio::thread_pool> thread_;  // after what it uses
    std::size_t overdue_ = 0;                  // looks that the driver owes an answer
};

}  // namespace samovar::daemon
