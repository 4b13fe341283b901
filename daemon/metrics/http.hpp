#pragma once
#include <functional>
#include <memory>
#include <string>

#include "daemon/asio.hpp"

namespace samovar::daemon {

// One connection of a scraper: HTTP/1.1, and of that GET and HEAD of /metrics. Loop thread only.
class HttpConnection : public std::enable_shared_from_this<HttpConnection> {
  public:
    // All metrics as text.
    using Text = std::function<asio::awaitable<std::string>()>;

    struct Limits {
        // A request must end within this, from the end of the last answer on; and an answer must be
        // taken.
        std::chrono::milliseconds request = std::chrono::minutes(2);
        std::chrono::milliseconds answer = std::chrono::seconds(10);
    };

    static std::shared_ptr<HttpConnection> make(UnixSocket socket, Text text, Limits limits);
    virtual ~HttpConnection() = default;

    // Serves until the scraper goes, breaks HTTP, is too slow, or close() is called. Throws nothing
    // but what `text` throws.
    virtual asio::awaitable<void> run() = 0;
    virtual void close() = 0;
};

}  // namespace samovar::daemon
