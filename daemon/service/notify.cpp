#include "daemon/service/notify.hpp"

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstddef>
#include <cstdlib>
#include <cstring>

#include "daemon/service/environment.hpp"
#include "ipc/os/unique_fd.hpp"

namespace samovar::daemon {

const char* environment_of_process(const char* variable) {
    return std::getenv(variable);
}

bool service_manager_listens() {
    const char* path = std::getenv("NOTIFY_SOCKET");
    return path && (path[0] == '/' || path[0] == '@');
}

// The protocol is one datagram and is guaranteed to stay; linking libsystemd for it would bring
// five more libraries into a process that idles in a few megabytes (docs/adr/0007).
void notify_service_manager(std::string_view state) {
    if (!service_manager_listens()) return;
    const char* path = std::getenv("NOTIFY_SOCKET");
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    const std::size_t length = std::strlen(path);
    if (length >= sizeof address.sun_path) return;
    std::memcpy(address.sun_path, path, length);
    if (path[0] == '@') address.sun_path[0] = '\0';
    const ipc::UniqueFd socket(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0));
    if (!socket) return;
    ::sendto(socket.get(), state.data(), state.size(), MSG_NOSIGNAL | MSG_DONTWAIT,
             reinterpret_cast<const sockaddr*>(&address),
             static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + length));
}

std::string reloading_state(std::chrono::microseconds now) {
    return "RELOADING=1\nMONOTONIC_USEC=" + std::to_string(now.count());
}

std::string stopping_state(std::chrono::milliseconds patience, std::string_view status) {
    const std::chrono::microseconds more = patience;
    return "STOPPING=1\nEXTEND_TIMEOUT_USEC=" + std::to_string(more.count()) +
           "\nSTATUS=" + std::string(status);
}

void tell_ready(int fd) {
    if (fd < 0) return;
    const ipc::UniqueFd ready(fd);
    [[maybe_unused]] const ssize_t ignored = ::write(ready.get(), "\n", 1);
}

}  // namespace samovar::daemon
