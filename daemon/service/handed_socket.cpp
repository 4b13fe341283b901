#include "daemon/service/handed_socket.hpp"

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace samovar::daemon {
namespace {

constexpr int kFirstHandedFd = 3;
constexpr std::string_view kForMetrics = "metrics";
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

// The name that a unit gives each of them, in their order.
std::vector<std::string> names_of(const char* list) {
    std::vector<std::string> names;
    std::string_view rest = list ? list : "";
    while (!rest.empty()) {
        const std::size_t end = std::min(rest.find(':'), rest.size());
        names.emplace_back(rest.substr(0, end));
        rest.remove_prefix(std::min(end + 1, rest.size()));
    }
    return names;
}

std::string in_brackets(const std::string& name) {
    return name.empty() ? "" : " (" + name + ")";
}

Result<ipc::UniqueFd> take_one(int fd, const std::string& name) {
    if (const std::string fault = fault_of(fd); !fault.empty())
        return not_usable("the socket that samovard was given" + in_brackets(name) + " " + fault);
    ipc::UniqueFd socket(fd);
    const int flags = ::fcntl(socket.get(), F_GETFL);
    if (flags < 0 || ::fcntl(socket.get(), F_SETFL, flags | O_NONBLOCK) != 0 ||
        ::fcntl(socket.get(), F_SETFD, FD_CLOEXEC) != 0)
        return io_error("setting up the socket that samovard was given", errno);
    return socket;
}

}  // namespace

Result<HandedSockets> take_handed_sockets(const Environment& environment, pid_t self) {
    const char* count = environment("LISTEN_FDS");
    const char* pid = environment("LISTEN_PID");
    HandedSockets handed;
    if (!count || !pid) return handed;
    const std::optional<std::uint64_t> meant = number_of(pid), sockets = number_of(count);
    if (!meant)
        return not_usable("LISTEN_PID is \"" + std::string(pid) + "\", which is no process");
    // Of a parent that left them in the environment.
    if (*meant != static_cast<std::uint64_t>(self)) return handed;
    if (!sockets)
        return not_usable("LISTEN_FDS is \"" + std::string(count) + "\", which is no number");
    const char* list = environment("LISTEN_FDNAMES");
    const std::vector<std::string> names = names_of(list);
    // Of anything but one for sessions and one for metrics it is not clear which is meant.
    const auto are_for_metrics = static_cast<std::uint64_t>(std::ranges::count(names, kForMetrics));
    if (*sockets > 2 || *sockets - std::min(*sockets, are_for_metrics) > 1 || are_for_metrics > 1)
        return not_usable("samovard was given " + std::to_string(*sockets) + " sockets" +
                          in_brackets(list ? list : "") +
                          ", and listens on one, and on one that is named metrics");
    for (std::size_t i = 0; i < *sockets; ++i) {
        const std::string name = i < names.size() ? names[i] : "";
        Result<ipc::UniqueFd> socket = take_one(kFirstHandedFd + static_cast<int>(i), name);
        if (!socket) return socket.error();
        (name == kForMetrics ? handed.metrics : handed.sessions) = std::move(*socket);
    }
    return handed;
}

}  // namespace samovar::daemon
