#pragma once
// HTTP over a Unix socket, as far as a scraper needs it.

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <filesystem>
#include <stdexcept>
#include <string>

#include "ipc/os/unique_fd.hpp"

namespace samovar::tests {

// Throws where nobody listens.
inline ipc::UniqueFd connected(const std::filesystem::path& socket) {
    ipc::UniqueFd fd(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    socket.string().copy(address.sun_path, sizeof address.sun_path - 1);
    if (::connect(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0)
        throw std::runtime_error("nobody listens on " + socket.string());
    return fd;
}

// The whole answer, its head as well.
inline std::string http_get(const std::filesystem::path& socket, const std::string& path) {
    const ipc::UniqueFd fd = connected(socket);
    const std::string request = "GET " + path + " HTTP/1.0\r\n\r\n";
    if (::send(fd.get(), request.data(), request.size(), MSG_NOSIGNAL) < 0)
        throw std::runtime_error("cannot ask");
    std::string answer;
    char part[4096];
    for (ssize_t count; (count = ::read(fd.get(), part, sizeof part)) > 0;)
        answer.append(part, static_cast<std::size_t>(count));
    return answer;
}

}  // namespace samovar::tests
