#pragma once
#include <memory>
#include <optional>
#include <vector>

#include "daemon/listener.hpp"
#include "daemon/metrics/http.hpp"

namespace samovar::daemon {

// Whoever reads the metrics over HTTP, on a Unix socket of its own; TCP is another process's. Such
// a connection is no session: it submits nothing, and keeps no daemon from ending when it is idle.
// Loop thread only.
class Scrapers {
  public:
    // Connections at a time; more are closed at once.
    static constexpr std::size_t kMost = 16;

    Scrapers(asio::io_context& loop, HttpConnection::Text text, HttpConnection::Limits limits = {})
        : loop_(loop), text_(std::move(text)), limits_(limits) {}

    void listen(Listener listener);
    // Closes the socket and all connections.
    void stop();

  private:
    void accept(UnixSocket socket);

    asio::io_context& loop_;
    const HttpConnection::Text text_;
    const HttpConnection::Limits limits_;
    std::optional<Listener> listener_;
    std::vector<std::weak_ptr<HttpConnection>> connections_;
};

}  // namespace samovar::daemon
