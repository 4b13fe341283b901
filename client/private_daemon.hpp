#pragma once
#include <filesystem>
#include <string>
#include <vector>

#include <samovar/error.hpp>

#include "client/deadline.hpp"
#include "ipc/os/unique_fd.hpp"

namespace samovar::client {

// The right to start a daemon at `socket`, held by one process of a user at a time: a lock on the
// file private.lock beside the socket. That file also tells whose the socket is that a killed
// private daemon has left, so that it may be replaced, and nobody else's is. Goes with the object.
class StartLock {
  public:
    // Makes the folder where there is none. Errors: `not_permitted` (the folder is another user's),
    // `timed_out` (somebody else has been starting one all the time), `io`.
    static Result<StartLock> take(const std::filesystem::path& socket, Deadline deadline);

    // Whether there is no socket at all, or one that a private daemon has left.
    bool is_free() const;
    // Remembers that the socket which is there now is a private daemon's.
    void note_socket() const;

  private:
    StartLock(ipc::UniqueFd lock, std::filesystem::path socket)
        : lock_(std::move(lock)), socket_(std::move(socket)) {}

    ipc::UniqueFd lock_;
    std::filesystem::path socket_;
};

// Starts `program`, a path or a name to look for in PATH, as a daemon that belongs to nobody but
// this user, listens at `socket` and ends by itself; waits until it is ready. It is no child of
// this process, and knows nothing of the terminal, or of the service that this process may be part
// of. What it says goes to private.log beside the socket. Errors: `no_daemon` (there is no such
// program, or it has ended; the message has its last words), `timed_out`, `io`.
Result<void> start_private_daemon(const std::string& program, const std::filesystem::path& socket,
                                  Deadline deadline);

// The environment of such a daemon: this process's, but for what systemd meant for this one.
std::vector<std::string> private_environment(char** environment);

}  // namespace samovar::client
