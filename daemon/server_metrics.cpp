// What is counted, on its way to whoever reads it.

#include "daemon/server.hpp"

namespace samovar::daemon {
namespace {

// What is known of a GPU that does not answer is old, and is told all the same.
constexpr std::chrono::seconds kPatienceWithDevices{5};

}  // namespace

void Server::begin_to_count() {
    dispatcher_.counter = metrics_.get();
    keeper_.events().follow(metrics_, 0);
    services_.error_told = [this](Errc code) { metrics_->error_told(code); };
    services_.metrics = [this](const Metrics::MaySee& may_see) {
        return metrics_->text(status(true), read_process(), may_see);
    };
}

asio::awaitable<std::string> Server::metrics_for_scraper() {
    const auto patience = std::make_shared<asio::steady_timer>(loop_, kPatienceWithDevices);
    const auto known = std::make_shared<bool>(false);
    keeper_.refresh_devices([patience, known] {
        *known = true;
        patience->cancel();
    });
    if (!*known) co_await patience->async_wait(use_tuple);
    std::string text = services_.metrics([](const std::string&) { return true; });
    co_return text;
}

}  // namespace samovar::daemon
