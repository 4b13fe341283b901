#include "daemon/service/status_line.hpp"

#include <algorithm>

#include "daemon/service/notify.hpp"
#include "ipc/words.hpp"

namespace samovar::daemon {
namespace {

constexpr std::size_t kMostNames = 5;
// A model that is loaded makes several moves, and several models are often loaded at once.
constexpr std::chrono::milliseconds kGathering{200};

}  // namespace

std::string in_one_line(const Hotness& hotness) {
    std::string line = std::to_string(hotness.hot.size()) + " of " +
                       ipc::count_of(hotness.models, "model") + " hot";
    for (std::size_t i = 0; i < std::min(hotness.hot.size(), kMostNames); ++i)
        line += (i == 0 ? " (" : ", ") + hotness.hot[i];
    if (hotness.hot.size() > kMostNames)
        line += " and " + std::to_string(hotness.hot.size() - kMostNames) + " more";
    if (!hotness.hot.empty()) line += ")";
    if (hotness.parked > 0) line += ", " + std::to_string(hotness.parked) + " parked";
    return line;
}

StatusLine::StatusLine(const asio::any_io_executor& loop, std::function<Hotness()> look)
    : look_(std::move(look)), timer_(loop) {}

std::string StatusLine::now() {
    told_ = in_one_line(look_());
    return "STATUS=" + told_;
}

void StatusLine::stop() {
    stopped_ = true;
    timer_.cancel();
}

void StatusLine::event(std::uint64_t, const ipc::Event&) {
    if (waiting_ || stopped_) return;
    waiting_ = true;
    timer_.expires_after(kGathering);
    timer_.async_wait([self = shared_from_this()](boost::system::error_code fault) {
        self->waiting_ = false;
        if (fault || self->stopped_) return;
        const std::string before = self->told_, line = self->now();
        if (self->told_ != before) notify_service_manager(line);
    });
}

}  // namespace samovar::daemon
