#include "daemon/readiness.hpp"

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstddef>
#include <cstdlib>
#include <cstring>

#include "ipc/os/unique_fd.hpp"

namespace samovar::daemon {

// The protocol is one datagram and is guaranteed to stay; linking libsystemd for it would bring
// five more libraries into a process that idles in a few megabytes (docs/adr/0007).
void notify_service_manager(std::string_view state) {
    const char* path = std::getenv("NOTIFY_SOCKET");
    if (!path || (path[0] != '/' && path[0] != '@')) return;
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

void tell_ready(int fd) {
    if (fd < 0) return;
    const ipc::UniqueFd ready(fd);
    [[maybe_unused]] const ssize_t ignored = ::write(ready.get(), "\n", 1);
}

}  // namespace samovar::daemon
