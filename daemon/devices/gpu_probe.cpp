#include "daemon/devices/gpu_probe.hpp"

#include <boost/asio/post.hpp>
#include <memory>
#include <utility>

namespace samovar::daemon {

struct GpuProbe::Look {
    Look(const asio::any_io_executor& loop, Then waiting)
        : then(std::move(waiting)), patience(loop) {}

    Then then;  // until it is told
    asio::steady_timer patience;
};

GpuProbe::GpuProbe(asio::any_io_executor loop, const std::string& library)
    : loop_(std::move(loop)), nvml_(library) {}

GpuReadings GpuProbe::look_now(const std::set<std::string>& devices) {
    GpuReadings readings = nvml_.read(devices);
    nvml_.close();
    return readings;
}

void GpuProbe::let_go() {
    if (thread_) asio::post(*thread_, [this] { nvml_.close(); });
}

void GpuProbe::look(std::set<std::string> devices, bool stay, Then then) {
    // A driver that hangs is not asked again until it has answered: the thread can do no more.
    if (overdue_ > 0) return asio::post(loop_, [then = std::move(then)] { then({}); });
    if (!thread_) thread_.emplace(1);
    auto look = std::make_shared<Look>(loop_, std::move(then));
    look->patience.expires_after(kPatience);
    look->patience.async_wait([this, look](boost::system::error_code fault) {
        if (fault || !look->then) return;
        ++overdue_;
        std::exchange(look->then, nullptr)({});
    });
    auto loop = asio::prefer(loop_, asio::execution::outstanding_work.tracked);
    asio::post(*thread_, [this, look, loop, stay, devices = std::move(devices)] {
        auto readings = std::make_shared<GpuReadings>(nvml_.read(devices));
        if (!stay) nvml_.close();
        asio::post(loop, [this, look, readings] {
            look->patience.cancel();
            if (look->then)
                std::exchange(look->then, nullptr)(*readings);
            else
                --overdue_;
        });
    });
}

}  // namespace samovar::daemon
