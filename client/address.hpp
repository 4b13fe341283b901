#pragma once
#include <functional>
#include <string>
#include <vector>

#include <samovar/error.hpp>

#include "ipc/os/unique_fd.hpp"

namespace samovar::client {

// Environment variables as getenv gives them; an argument so that tests bring their own.
using Environment = std::function<const char*(const char*)>;

// Where a daemon may listen, the first that answers is taken: `given` alone if it is not empty,
// $SAMOVAR_SOCKET alone if it is set, else the user's ($XDG_RUNTIME_DIR) and the system's.
std::vector<std::string> socket_candidates(const std::string& given,
                                           const Environment& environment);

// Whether somebody named the socket, so that no other will do.
bool socket_is_named(const std::string& given, const Environment& environment);

// A stream connected to the Unix socket `path`. Never blocks. Errors: `no_daemon` (nothing there or
// nobody listens), `busy` (its queue of connections is full), `not_permitted`, `invalid_argument`
// (a path that no socket can have), `io`.
Result<ipc::UniqueFd> connect_to(const std::string& path);

// What to tell where none of `candidates` answered.
Error nobody_listens(const std::vector<std::string>& candidates);

}  // namespace samovar::client
