#include "client/address.hpp"

#include <sys/socket.h>
#include <sys/un.h>

#include <cerrno>
#include <cstring>
#include <utility>

namespace samovar::client {
namespace {

constexpr const char* kSystemSocket = "/run/samovar/samovar.sock";

// The kernel's answers of connect(2) on a Unix socket, see unix(7).
Error connect_error(const std::string& path, int code) {
    switch (code) {
        case ENOENT:
        case ENOTDIR:
        case ECONNREFUSED: return nobody_listens({path});
        case EACCES:
        case EPERM:
            return {Errc::not_permitted, "this user may not connect to " + path,
                    "join the group that owns the socket, or start samovard with another "
                    "--socket-group or --socket-mode",
                    0, 0};
        case EAGAIN:
            return {Errc::busy, "the daemon at " + path + " has too many connections waiting",
                    "try again a little later", 0, 50};
        case EPROTOTYPE:
            return {Errc::protocol, path + " is no stream socket, so no samovard listens there",
                    "give samovard's socket with --socket or SAMOVAR_SOCKET", 0, 0};
        default: return io_error("connecting to " + path, code);
    }
}

}  // namespace

std::vector<std::string> socket_candidates(const std::string& given,
                                           const Environment& environment) {
    if (!given.empty()) return {given};
    const auto value = [&](const char* name) {
        const char* text = environment(name);
        return std::string(text ? text : "");
    };
    if (std::string path = value("SAMOVAR_SOCKET"); !path.empty()) return {std::move(path)};
    std::vector<std::string> candidates;
    if (const std::string runtime = value("XDG_RUNTIME_DIR"); !runtime.empty())
        candidates.push_back(runtime + "/samovar/samovar.sock");
    candidates.emplace_back(kSystemSocket);
    return candidates;
}

bool socket_is_named(const std::string& given, const Environment& environment) {
    const char* named = environment("SAMOVAR_SOCKET");
    return !given.empty() || (named && *named);
}

Result<ipc::UniqueFd> connect_to(const std::string& path) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    if (path.empty() || path.size() >= sizeof address.sun_path || path.find('\0') != path.npos)
        return Error{Errc::invalid_argument,
                     "\"" + path + "\" cannot be a socket: its path has " +
                         std::to_string(path.size()) + " bytes, and 1 to " +
                         std::to_string(sizeof address.sun_path - 1) + " are possible",
                     "use a shorter path", 0, 0};
    std::memcpy(address.sun_path, path.data(), path.size());
    // Non-blocking while it connects, so that a daemon that accepts nobody cannot hold us.
    ipc::UniqueFd socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    if (!socket) return io_error("making a socket", errno);
    int code = 0;
    do {
        code = ::connect(socket.get(), reinterpret_cast<const sockaddr*>(&address),
                         sizeof address) == 0
                   ? 0
                   : errno;
    } while (code == EINTR);
    if (code != 0) return connect_error(path, code);
    return socket;
}

Error nobody_listens(const std::vector<std::string>& candidates) {
    std::string places;
    for (const std::string& path : candidates)
        places += (places.empty() ? "" : " or ") + path;
    return {Errc::no_daemon, "no samovard listens at " + places,
            "start one: `samovard --socket " + candidates.front() +
                " --models DIR`, or `systemctl start samovard`",
            0, 0};
}

}  // namespace samovar::client
