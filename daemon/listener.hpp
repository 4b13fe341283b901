#pragma once
#include <filesystem>
#include <functional>
#include <optional>
#include <string>

#include "daemon/asio.hpp"
#include "ipc/os/unique_fd.hpp"
#include "samovar/error.hpp"

namespace samovar::daemon {

struct ListenerOptions {
    std::filesystem::path socket;
    unsigned mode = 0660;
    std::string group;  // empty: that of the process
};

// The Unix socket that clients connect to. Loop thread only.
class Listener {
  public:
    // Takes the place of a dead socket, never that of a daemon that listens. Two daemons that start
    // at once are kept apart by a lock on the folder. Errors: `io`, `invalid_argument`.
    static Result<Listener> open(const asio::any_io_executor& loop, const ListenerOptions& options);
    // A socket that the service manager opened, and keeps: connections wait in it while there is no
    // daemon, and its name is not this one's to remove.
    static Listener adopt(const asio::any_io_executor& loop, ipc::UniqueFd socket);
    Listener(Listener&&) = default;
    ~Listener();

    // Hands every connection to `accepted` until close(). No error ends the loop: without free
    // descriptors it waits a little and goes on.
    asio::awaitable<void> run(std::function<void(UnixSocket)> accepted);
    // Stops listening and removes the socket, if it is still this one's.
    void close();

    bool adopted() const { return !inode_; }
    // Where it listens, for people.
    const std::filesystem::path& path() const { return path_; }

  private:
    Listener(asio::local::stream_protocol::acceptor acceptor, std::filesystem::path path,
             std::optional<std::uint64_t> inode)
        : acceptor_(std::move(acceptor)), path_(std::move(path)), inode_(inode) {}

    asio::local::stream_protocol::acceptor acceptor_;
    std::filesystem::path path_;
    std::optional<std::uint64_t> inode_;  // of the name that is this one's to remove
};

}  // namespace samovar::daemon
