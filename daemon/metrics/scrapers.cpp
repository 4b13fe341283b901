#include "daemon/metrics/scrapers.hpp"

#include <spdlog/spdlog.h>

namespace samovar::daemon {

void Scrapers::listen(Listener listener) {
    listener_.emplace(std::move(listener));
    spdlog::info("metrics: GET /metrics on {}", listener_->path().string());
    asio::co_spawn(loop_, listener_->run([this](UnixSocket socket) { accept(std::move(socket)); }),
                   or_end_the_daemon);
}

void Scrapers::accept(UnixSocket socket) {
    std::erase_if(connections_, [](const auto& connection) { return connection.expired(); });
    if (connections_.size() >= kMost) return;
    const auto connection = HttpConnection::make(std::move(socket), text_, limits_);
    connections_.push_back(connection);
    asio::co_spawn(loop_, connection->run(), or_end_the_daemon);
}

void Scrapers::stop() {
    if (listener_) listener_->close();
    for (const auto& entry : std::exchange(connections_, {}))
        if (const auto connection = entry.lock()) connection->close();
}

}  // namespace samovar::daemon
