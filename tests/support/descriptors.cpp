#include "tests/support/descriptors.hpp"

#include <sys/socket.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <system_error>

namespace samovar::tests {

std::size_t open_descriptors(pid_t pid) {
    const std::string who = pid == 0 ? "self" : std::to_string(pid);
    std::size_t count = 0;
    for ([[maybe_unused]] const auto& entry :
         std::filesystem::directory_iterator("/proc/" + who + "/fd"))
        ++count;
    return pid == 0 ? count - 1 : count;  // without the descriptor that reads the folder
}

std::string target_of(int fd) {
    std::error_code fault;
    return std::filesystem::read_symlink("/proc/self/fd/" + std::to_string(fd), fault).string();
}

ssize_t send_descriptors(int socket, std::span<const std::byte> bytes,
                         const std::vector<int>& descriptors) {
    iovec vector{const_cast<std::byte*>(bytes.data()), bytes.size()};
    msghdr message{};
    message.msg_iov = &vector;
    message.msg_iovlen = 1;
    std::vector<char> control(CMSG_SPACE(descriptors.size() * sizeof(int)));
    if (!descriptors.empty()) {
        message.msg_control = control.data();
        message.msg_controllen = control.size();
        cmsghdr* part = CMSG_FIRSTHDR(&message);
        part->cmsg_level = SOL_SOCKET;
        part->cmsg_type = SCM_RIGHTS;
        part->cmsg_len = CMSG_LEN(descriptors.size() * sizeof(int));
        std::memcpy(CMSG_DATA(part), descriptors.data(), descriptors.size() * sizeof(int));
    }
    return ::sendmsg(socket, &message, MSG_NOSIGNAL);
}

SocketPair::SocketPair() {
    int ends[2] = {-1, -1};
    if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0)
        throw std::system_error(errno, std::generic_category(), "socketpair");
    here.reset(ends[0]);
    there.reset(ends[1]);
}

}  // namespace samovar::tests
