#include "daemon/service/handed_socket.hpp"

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include <cerrno>
#include <charconv>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace samovar::daemon {
namespace {

constexpr int kFirstHandedFd = 3;
constexpr const char* kWayOut =
    "give samovard.socket the one line ListenStream=PATH, or start samovard without a socket unit";

std::optional<std::uint64_t> number_of(std::string_view text) {
    std::uint64_t number = 0;
    const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (fault != std::errc() || end != text.data() + text.size()) return std::nullopt;
    return number;
}

Error not_usable(std::string what) {
    return {Errc::invalid_argument, std::move(what), kWayOut, 0, 0};
}

std::optional<int> socket_option(int fd, int option) {
    int value = 0;
    socklen_t length = sizeof value;
    if (::getsockopt(fd, SOL_SOCKET, option, &value, &length) != 0) return std::nullopt;
    return value;
}

// What is wrong with it, or nothing.
std::string fault_of(int fd) {
    if (::fcntl(fd, F_GETFD) < 0) return "is not open";
    const std::optional<int> family = socket_option(fd, SO_DOMAIN);
    if (!family) return "is no socket";
    if (*family != AF_UNIX)
        return "is a socket of family " + std::to_string(*family) + ", and not of AF_UNIX";
    if (socket_option(fd, SO_TYPE) != SOCK_STREAM) return "is a Unix socket, but no stream";
    if (socket_option(fd, SO_ACCEPTCONN) != 1)
        return "does not listen: the socket unit has Accept=yes, or it is a client's";
    return "";
}

}  // namespace

Result<ipc::UniqueFd> take_handed_socket(const Environment& environment, pid_t self) {
    const char* count = environment("LISTEN_FDS");
    const char* pid = environment("LISTEN_PID");
    if (!count || !pid) return ipc::UniqueFd();
    const std::optional<std::uint64_t> meant = number_of(pid), sockets = number_of(count);
    if (!meant)
        return not_usable("LISTEN_PID is \"" + std::string(pid) + "\", which is no process");
    // Of a parent that left them in the environment.
    if (*meant != static_cast<std::uint64_t>(self)) return ipc::UniqueFd();
    const char* named = environment("LISTEN_FDNAMES");
    const std::string names = named ? " (" + std::string(named) + ")" : "";
    if (!sockets)
        return not_usable("LISTEN_FDS is \"" + std::string(count) + "\", which is no number");
    if (*sockets == 0) return ipc::UniqueFd();
    if (*sockets > 1)
        return not_usable("samovard was given " + std::to_string(*sockets) + " sockets" + names +
                          ", and listens on one");
    if (const std::string fault = fault_of(kFirstHandedFd); !fault.empty())
        return not_usable("the socket that samovard was given" + names + " " + fault);
    ipc::UniqueFd socket(kFirstHandedFd);
    const int flags = ::fcntl(socket.get(), F_GETFL);
    if (flags < 0 || ::fcntl(socket.get(), F_SETFL, flags | O_NONBLOCK) != 0 ||
        ::fcntl(socket.get(), F_SETFD, FD_CLOEXEC) != 0)
        return io_error("setting up the socket that samovard was given", errno);
    return socket;
}

}  // namespace samovar::daemon
