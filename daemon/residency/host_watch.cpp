#include "daemon/residency/host_watch.hpp"

#include <fcntl.h>
#include <linux/magic.h>
#include <spdlog/spdlog.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <cerrno>
#include <string_view>
#include <system_error>

#include "ipc/os/unique_fd.hpp"

namespace samovar::daemon {
namespace {

// 100 ms in which some process waited for memory, within two seconds: windows of two seconds need
// no privilege.
constexpr std::string_view kTrigger = "some 100000 2000000";

}  // namespace

HostWatch::HostWatch(const asio::any_io_executor& loop, const BudgetOptions& options,
                     std::function<void()> look)
    : look_(std::move(look)), timer_(loop), pressure_(loop) {
    const auto cpu = options.devices.find("cpu");
    if (cpu != options.devices.end() && cpu->second.leave_free) watch_pressure(options.pressure);
}

void HostWatch::watch_pressure(const std::filesystem::path& file) {
    ipc::UniqueFd fd(::open(file.c_str(), O_RDWR | O_NONBLOCK | O_CLOEXEC));
    struct statfs where {};
    const bool psi = fd && ::fstatfs(fd.get(), &where) == 0 && where.f_type == PROC_SUPER_MAGIC &&
                     ::write(fd.get(), kTrigger.data(), kTrigger.size() + 1) > 0;
    if (!psi) {
        spdlog::info("memory: {}: {}; what is free is looked at each second only", file.string(),
                     fd ? "no pressure is told here" : std::generic_category().message(errno));
        return;
    }
    pressure_.assign(fd.release());
    wait_for_pressure();
}

// The kernel says so with POLLPRI, once a window at most.
void HostWatch::wait_for_pressure() {
    pressure_.async_wait(asio::posix::stream_descriptor::wait_error,
                         [this](boost::system::error_code fault) {
                             if (fault) return;
                             if (wanted_) look_();
                             wait_for_pressure();
                         });
}

void HostWatch::want(bool wanted) {
    wanted_ = wanted;
    if (wanted_ && !waiting_) wait();
}

void HostWatch::wait() {
    waiting_ = true;
    timer_.expires_after(kInterval);
    timer_.async_wait([this](boost::system::error_code fault) {
        waiting_ = false;
        if (fault || !wanted_) return;
        look_();
        if (wanted_ && !waiting_) wait();
    });
}

void HostWatch::stop() {
    wanted_ = false;
    timer_.cancel();
    boost::system::error_code ignored;
    pressure_.close(ignored);
}

}  // namespace samovar::daemon
